import { readFile, writeFile } from 'node:fs/promises'
import { CommandError } from '../../commands/command-error.ts'
import { SCALE, type Calibration } from '../../src/networks/calibration.ts'
import { calibrationFile, type RecognitionNetwork } from '../../src/networks/find-network.ts'

const PAIRS_MIN = 1_000_000
/** Accepted pairs from which on their quantile is trusted. */
const ACCEPTED_MIN = 100
const TABLE = new URL('../../src/networks/calibrations.ts', import.meta.url)
/** Decimals of a distance, as a power of ten. */
const STEPS = 10_000

/** Rates between which the tail is followed, and how many of them for each power of ten. */
const FIT = { from: 1e-5, to: 1e-3, perDecade: 10 }

/**
 * The quantile function of the standard normal distribution (Acklam 2003, relative error below 1.2e-9).
 */
export function probit (probability: number): number {
  const polynomial = (coefficients: readonly number[], x: number): number =>
    coefficients.reduce((sum, one) => sum * x + one, 0)
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.3577518672690, -30.66479806614716, 2.506628277459239
  ]
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1]
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783
  ]
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]
  if (probability < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(probability))
    return polynomial(c, q) / polynomial(d, q)
  }
  if (probability > 1 - 0.02425) return -probit(1 - probability)
  const q = probability - 0.5
  return polynomial(a, q * q) * q / polynomial(b, q * q)
}

/**
 * The distances at which pairs of different people are accepted with the rates of the scale. Where a hundred pairs or
 * more are accepted, that is the quantile. Fewer say little, and among the nearest are photos that bear the wrong name:
 * there the tail is followed by the straight line that squared distances, in which a cosine is linear, make with the
 * normal quantile of the rate between 1e-5 and 1e-3. Throws {@link CommandError} for fewer than a million pairs.
 */
export function estimateCalibration (impostor: Float64Array): Calibration {
  if (impostor.length < PAIRS_MIN) {
    const found = `only ${impostor.length} pairs of different people`
    throw new CommandError(`--write-calibration: ${found}, ${PAIRS_MIN} are needed`)
  }
  const quantile = (far: number): number => impostor[Math.round(far * impostor.length)]!
  const points: Array<readonly [x: number, y: number]> = []
  for (let far = FIT.from; far <= FIT.to * 1.0001; far *= 10 ** (1 / FIT.perDecade)) {
    points.push([probit(far), quantile(far) ** 2])
  }
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const slope = mean(points.map(([x, y]) => (x - mx) * (y - my))) / mean(points.map(([x]) => (x - mx) ** 2))
  const fitted = (far: number): number => Math.sqrt(my + slope * (probit(far) - mx))
  const distanceAt = (far: number): number => far * impostor.length < ACCEPTED_MIN ? fitted(far) : quantile(far)
  const [one, two, three] = SCALE.map(({ far }) => Math.round(STEPS * distanceAt(far)) / STEPS)
  return [one!, two!, three!]
}

/** Writes the calibration to where the server finds it, the catalogue's table or beside the file; says where. */
export async function writeCalibration (
  { calibrationKey: key, file }: Pick<RecognitionNetwork, 'calibrationKey' | 'file'>,
  calibration: Calibration,
  pairs: number
): Promise<string> {
  if (key === null) {
    const path = calibrationFile(file!)
    const rates = SCALE.map(({ far }) => far)
    const date = new Date().toISOString()
    await writeFile(path, `${JSON.stringify({ distances: calibration, rates, pairs, date })}\n`)
    return path
  }
  const text = await readFile(TABLE, 'utf8')
  const line = new RegExp(`^  '${key}': .*?(?=,?$)`, 'm')
  if (!line.test(text)) throw new CommandError(`${TABLE.pathname}: no line for ${key}`)
  await writeFile(TABLE, text.replace(line, `  '${key}': [${calibration.join(', ')}]`))
  return 'src/networks/calibrations.ts'
}
