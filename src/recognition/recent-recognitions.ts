import { randomUUID } from 'node:crypto'
import type { UserId } from '../store/encoding-store.ts'
import type { FaceEncoding } from './candidates.ts'

/** A face that was named. */
export interface NamedFace {
  userId: UserId
  encodings: readonly FaceEncoding[]
}

/** The last faces that were named, in memory only: at most 1,000, each for ten minutes. */
export interface RecentRecognitions {
  /** Returns the id by which the recognition can be taken back. */
  add (face: NamedFace): string
  get (id: string): NamedFace | undefined
  /** Forgets the faces that were named so. */
  forget (key: string): void
  /** Forgets all. */
  close (): void
}

const FACES_MAX = 1_000
const KEPT_MS = 600_000

/** Has seen nobody at first. */
export function createRecentRecognitions (keptMs = KEPT_MS): RecentRecognitions {
  /** Oldest first. */
  const faces = new Map<string, NamedFace & { forgetAt: number }>()
  let timer: NodeJS.Timeout | undefined

  function forgetOld (): void {
    const now = performance.now()
    for (const [id, { forgetAt }] of faces) {
      if (forgetAt > now) break
      faces.delete(id)
    }
    const [oldest] = faces.values()
    timer = oldest && setTimeout(forgetOld, oldest.forgetAt - now).unref()
  }

  return {
    add (face) {
      const id = randomUUID()
      faces.set(id, { ...face, forgetAt: performance.now() + keptMs })
      const [oldest] = faces.keys()
      if (faces.size > FACES_MAX && oldest !== undefined) faces.delete(oldest)
      timer ??= setTimeout(forgetOld, keptMs).unref()
      return id
    },
    get: (id) => faces.get(id),
    forget (key) {
      for (const [id, { userId }] of faces) if (String(userId) === key) faces.delete(id)
    },
    close () {
      clearTimeout(timer)
      faces.clear()
    }
  }
}
