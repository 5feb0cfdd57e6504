import type { Piscina } from 'piscina'
import type { WorkerReady } from '../../workers/protocol.ts'

type Options = NonNullable<ConstructorParameters<typeof Piscina>[0]>
type LoadBalancer = NonNullable<Options['loadBalancer']>
/** A thread, as Piscina shows it. */
export type Thread = Parameters<LoadBalancer>[1][number]

/** Decides which thread takes a photo. */
export interface Balance {
  /** From now on this thread may have a second photo. */
  add (thread: Pick<WorkerReady, 'threadId' | 'longPhotos'>): void
  /** A thread, or null: the photo waits until one is through with another photo. */
  choose: LoadBalancer
}

/** Photos that one thread has at once: one that it looks at and one that it decodes. */
export const PHOTOS_MAX = 2

/**
 * Photos that so many threads together decode ahead: one each. One thread alone decodes none: it is to take one core, and
 * decoding ahead takes another.
 */
export const photosAhead = (threads: number): number => threads === 1 ? 0 : threads * (PHOTOS_MAX - 1)

/**
 * An idle thread takes the photo. If all are busy, one takes it as its second, to decode it ahead, but none whose own photo
 * takes long, and none while one is being replaced: others may be free sooner.
 */
export function createBalance (threads: number): Balance {
  const longPhotos = new Map<number, WorkerReady['longPhotos']>()

  const hasRoom = ({ id, currentUsage }: Thread): boolean => {
    const long = longPhotos.get(id)
    return currentUsage < PHOTOS_MAX && long !== undefined && Atomics.load(long, 0) === 0
  }

  return {
    add: (thread) => { longPhotos.set(thread.threadId, thread.longPhotos) },
    choose (_, all) {
      const idle = all.find(({ currentUsage }) => currentUsage === 0)
      if (idle || photosAhead(threads) === 0 || all.length < threads) return idle ?? null
      return all.find(hasRoom) ?? null
    }
  }
}
