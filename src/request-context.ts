import type { Caller } from './access/roles.ts'

/** Called when a part of the work is done, with its two moments of `performance.now()`. */
export type OnPart = (name: string, startedAt: number, endedAt: number) => void

/** What a change waits for: that it is in the audit log that it is about to be made; see src/audit/trail.ts. */
export type Intended = Promise<{ salt?: string }>

/** What the use cases know of the request that they work for. */
export interface RequestContext {
  /** Aborts when nobody waits for the answer any more. */
  signal?: AbortSignal
  /** Who sent it, if the request tells. */
  caller?: Caller | undefined
  /** The request was sent before and cut off by a crash: what it finds done, it may have done itself. */
  isRepeat?: boolean
  /** Of the request, kept with what it registers. */
  receipt?: string
  onPart?: OnPart
  /** A change is made when this has resolved, and not if it rejects. */
  intended?: Intended
  /** Called when the bytes of the photo are held no longer: it was decoded, or will never be. */
  onPhotoReleased?: () => void
}

/** One photo of a request that may have several, with the context of its own. */
export interface PhotoInContext {
  photo: ArrayBuffer
  context: RequestContext
}

/** Does a part of the work and reports the time that it took, also when it failed. */
export async function timePart<T> ({ onPart }: RequestContext, name: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  try {
    return await work()
  } finally {
    onPart?.(name, startedAt, performance.now())
  }
}
