import type { ToPrimary } from './messages.ts'
import type { ServerProcess } from './server-process.ts'

/** Nobody waits longer for an answer. */
const ANSWER_MS_MAX = 1_000

/** Passes a question of one server process to the others, and the answer of the one that knows it back. */
export interface LookupRelay {
  /** Counts a process in. */
  join (process: ServerProcess): void
  /** Takes a message of a process. */
  handle (process: ServerProcess, message: ToPrimary): void
}

interface Question {
  asker: ServerProcess
  /** Its number for the asker. */
  number: number
  /** Who has not answered yet. */
  asked: Set<ServerProcess>
}

/** Makes the relay of the primary. */
export function createLookupRelay (): LookupRelay {
  const members = new Set<ServerProcess>()
  const open = new Map<number, Question>()
  let questions = 0

  function answer (question: number, from: ServerProcess, found: unknown): void {
    const { asker, number, asked } = open.get(question) ?? {}
    if (!asked?.delete(from) || (found === null && asked.size > 0)) return
    open.delete(question)
    asker!.send({ type: 'found', question: number!, found })
  }

  return {
    join (process) {
      // Before it is ready it knows nothing.
      process.ready.then(() => { members.add(process) }, () => {})
      process.exited.then(() => {
        members.delete(process)
        for (const question of open.keys()) answer(question, process, null)
      }, () => {})
    },
    handle (process, message) {
      if (message.type === 'lookup') {
        const asked = new Set([...members].filter((member) => member !== process))
        if (asked.size === 0) return process.send({ type: 'found', question: message.question, found: null })
        const question = ++questions
        open.set(question, { asker: process, number: message.question, asked })
        for (const member of asked) member.send({ type: 'lookup', question, id: message.id })
        setTimeout(() => open.delete(question), ANSWER_MS_MAX).unref()
      }
      if (message.type === 'found') answer(message.question, process, message.found)
    }
  }
}
