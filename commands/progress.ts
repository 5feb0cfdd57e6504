const BAR_WIDTH = 30
const REDRAW_MS = 100

/** Where progress is shown. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>

/** Returns a function of the number of things done: it draws a bar on a terminal, else writes a line for each tenth. */
export function createProgress (total: number, things: string, stream: ProgressStream): (done: number) => void {
  const startedAt = performance.now()
  let drawnAt = -Infinity
  let tenths = 0

  return (done) => {
    const now = performance.now()
    const share = done / total
    if (stream.isTTY) {
      if (now - drawnAt < REDRAW_MS && done < total) return
      drawnAt = now
      const full = Math.floor(share * BAR_WIDTH)
      const leftSeconds = done > 0 ? Math.ceil((now - startedAt) / done * (total - done) / 1000) : 0
      const bar = `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)}`
      stream.write(`\r${bar} ${done}/${total} ${things}, ${leftSeconds} s left \u001b[K${done === total ? '\n' : ''}`)
    } else if (Math.floor(share * 10) > tenths) {
      tenths = Math.floor(share * 10)
      stream.write(`${done}/${total} ${things}, ${((now - startedAt) / 1000).toFixed(0)} s\n`)
    }
  }
}
