/** Hears that a part of the work was done between two moments of `performance.now()`. */
export type OnPart = (name: string, startedAt: number, endedAt: number) => void

/** Whoever waits for an answer. */
export interface Caller {
  /** Aborts when nobody waits any more. */
  gone?: AbortSignal
  /** Has shown the administrator's key. */
  isAdministrator?: boolean
  onPart?: OnPart
}

/** Does a part of the work and tells the caller what time it took, also when it failed. */
export async function timePart<T> ({ onPart }: Caller, name: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  try {
    return await work()
  } finally {
    onPart?.(name, startedAt, performance.now())
  }
}
