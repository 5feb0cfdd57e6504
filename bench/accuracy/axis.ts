/** One axis of a chart. */
export interface Axis {
  /** What it shows, with its unit. */
  label: string
  scale: 'linear' | 'log'
  min: number
  max: number
  /** How a tick is written. */
  format: (value: number) => string
  /** Where the ticks are, if not at round numbers. */
  ticks?: readonly number[]
}

const TICKS_WANTED = 6

/** Where a value lies on the axis: 0 at its start, 1 at its end; values beyond lie at the nearest end. NaN: nowhere. */
export function positionOn ({ scale, min, max }: Axis, value: number): number {
  if (scale === 'log' && value <= 0) return NaN
  const share = scale === 'log' ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min)
  return Math.min(1, Math.max(0, share))
}

/** Values that deserve a tick: powers of ten on a logarithmic axis, else about six multiples of 1, 2 or 5. */
export function ticksOf ({ scale, min, max, ticks }: Axis): readonly number[] {
  if (ticks) return ticks
  if (scale === 'log') {
    const first = Math.ceil(Math.log10(min) - 1e-9)
    const last = Math.floor(Math.log10(max) + 1e-9)
    return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`))
  }
  const rough = (max - min) / TICKS_WANTED
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((times) => times * power).find((candidate) => candidate >= rough * (1 - 1e-9))!
  const first = Math.ceil(min / step - 1e-9)
  const last = Math.floor(max / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** A rate of 0..1 in percent, with as many digits as it needs. */
export const percentTick = (rate: number): string => `${Number((rate * 100).toPrecision(6))} %`
