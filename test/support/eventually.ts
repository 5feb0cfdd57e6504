/** Polls until `condition` gives something, and returns that; fails after `limitMs`. */
export async function eventually<T> (
  condition: () => Promise<T | false | undefined | null> | T | false | undefined | null, limitMs = 60_000
): Promise<T> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const value = await condition()
    if (value !== false && value !== undefined && value !== null) return value
    if (performance.now() > deadline) throw new Error(`not so after ${limitMs} ms: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
