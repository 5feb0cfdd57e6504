import { readFile, writeFile } from 'node:fs/promises'
import { CommandError } from '../../commands/command-error.ts'
import { SCALE, type Calibration } from '../../src/networks/calibration.ts'
import { fitTail, TAIL_PAIRS_MIN } from './tail.ts'
import { calibrationFile, type RecognitionNetwork } from '../../src/networks/find-network.ts'

/** Accepted pairs from which on their quantile is trusted. */
const ACCEPTED_MIN = 100
const TABLE = new URL('../../src/networks/calibrations.ts', import.meta.url)
/** Decimals of a distance, as a power of ten. */
const STEPS = 10_000

/**
 * The distances at which pairs of different people are accepted with the rates of the scale. Where a hundred pairs or
 * more are accepted, that is the quantile. Fewer say little, and among the nearest are photos that bear the wrong name:
 * there {@link fitTail} follows the tail. Throws {@link CommandError} for fewer than a million pairs.
 */
export function estimateCalibration (impostor: Float64Array): Calibration {
  if (impostor.length < TAIL_PAIRS_MIN) {
    const found = `only ${impostor.length} pairs of different people`
    throw new CommandError(`--write-calibration: ${found}, ${TAIL_PAIRS_MIN} are needed`)
  }
  const quantile = (far: number): number => impostor[Math.round(far * impostor.length)]!
  const tail = fitTail(impostor)
  const distanceAt = (far: number): number =>
    far * impostor.length < ACCEPTED_MIN ? tail.distanceAt(far) : quantile(far)
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
