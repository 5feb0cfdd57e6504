import cluster from 'node:cluster'
import { onPrimary, tellPrimary } from './primary-link.ts'

/** How long the other processes may take to answer. */
const ANSWER_MS_MAX = 1_000

/**
 * Finds what one of the server processes holds in memory: in this one by `find`, which also answers the others, else in
 * those beside it. Undefined when none has it, or none that has it answers in time.
 */
export function shareLookup<Found> (
  find: (id: string) => Found | undefined
): (id: string) => Promise<Found | undefined> {
  const waiting = new Map<number, (found: unknown) => void>()
  let questions = 0

  onPrimary((message) => {
    if (message.type === 'lookup') {
      tellPrimary({ type: 'found', question: message.question, found: find(message.id) ?? null })
    }
    if (message.type === 'found') waiting.get(message.question)?.(message.found ?? undefined)
  })

  return async (id) => {
    const own = find(id)
    if (own !== undefined || !cluster.worker) return own
    const question = ++questions
    try {
      return await new Promise<unknown>((resolve) => {
        waiting.set(question, resolve)
        setTimeout(resolve, ANSWER_MS_MAX).unref()
        tellPrimary({ type: 'lookup', question, id })
      }) as Found | undefined
    } finally {
      waiting.delete(question)
    }
  }
}
