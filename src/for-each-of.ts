/** Runs the task for every item, so many at the same time. The first error stops it, when what runs has ended. */
export async function forEachOf<T> (
  items: Iterable<T> | AsyncIterable<T>, lanes: number, task: (item: T) => Promise<void>
): Promise<void> {
  const iterator = (async function * () { yield * items })()
  async function lane (): Promise<void> {
    try {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) await task(next.value)
    } catch (err) {
      await iterator.return(undefined) // The other lanes find nothing more to do.
      throw err
    }
  }
  const results = await Promise.allSettled(Array.from({ length: lanes }, lane))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
