const line = (cells: Array<string | number>): string => `| ${cells.join(' | ')} |`

/** A table of numbers, the first column apart. */
export function markdown (head: string[], rows: Array<Array<string | number>>): string {
  return [line(head), line(head.map((_, i) => i === 0 ? '---' : '---:')), ...rows.map(line), ''].join('\n')
}

/** With so many decimals; a dash for what was not measured. */
export const number = (value: number | undefined, decimals = 1): string =>
  Number.isFinite(value) ? value!.toFixed(decimals) : '–'

/** Such as 100,000. */
export const count = (value: number): string => value.toLocaleString('en-US')
