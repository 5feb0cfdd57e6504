import { setImmediate as yieldTurn } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { Gallery } from '../gallery/gallery.ts'
import { distanceAtFar, onScale, type Calibration } from '../networks/calibration.ts'
import { distanceOf } from '../networks/distance.ts'
import type { Candidate } from './enrolment-policy.ts'

/** The largest distance, on the scale, at which a face is named now, and what it follows from. */
export interface Decision {
  /** The smallest of the three below: what is in force. */
  tolerance: number
  /** `RECOGNITION_TOLERANCE`: never exceeded. */
  configured: number
  /** By the network's calibration and the number of encodings that a face is compared with. */
  byTable: number
  /** The same, moved by as much as the people enrolled here lie nearer to each other; null: too few to tell. */
  bySite: number | null
}

/** The rule for naming one of many, which follows the size of the gallery. */
export interface DecisionRule {
  /** For a search of these groups, of everybody unless told: of the calibrated tail or the site's, by their number. */
  current (groups?: readonly string[] | null): Decision
  /**
   * Measures the people enrolled here, if enough of them have changed since the last time; resolves when it is done.
   */
  measureSite (): Promise<void>
}

/** More pairs of different people than this tell the rate that is compared (1e-4) to a fifth of itself. */
const SAMPLE_MAX = 800
/** Fewer have not the pairs for a rate of 1e-2, up to which the calibration reaches. */
const SAMPLE_MIN = 80
/** The smallest rate that is looked at rests on as many pairs: neither a few doubles nor a few relatives decide. */
const PAIRS_COUNTED = 30
/** Rates that are looked at, each so many times the one before. */
const FAR = { min: 1e-4, max: 1e-2, step: 10 ** 0.2 } as const
/** Measured again when the number of users has changed by this share. */
const CHANGE = 0.1
/** The main thread answers requests at least this often while it measures. */
const SLICE_MS = 5

/**
 * The distance of the site's own people, less the calibration's, at the same rate of pairs of different people: below 0
 * where they resemble each other more than the people the network was calibrated with. The mean over rates from 1e-4,
 * or what is left of it with few people, to 1e-2 varies half as much from one sample to the next as the one at the
 * smallest rate. Null for too few people.
 */
export async function siteShift (vectors: readonly Float32Array[], calibration: Calibration): Promise<number | null> {
  if (vectors.length < SAMPLE_MIN) return null
  const distances = new Float64Array(vectors.length * (vectors.length - 1) / 2)
  let pairs = 0
  let yieldAt = performance.now() + SLICE_MS
  for (const [i, one] of vectors.entries()) {
    for (let j = 0; j < i; j++) distances[pairs++] = distanceOf(one, vectors[j]!)
    if (performance.now() < yieldAt) continue
    await yieldTurn()
    yieldAt = performance.now() + SLICE_MS
  }
  distances.sort()
  const shifts: number[] = []
  for (let far: number = FAR.max; far >= Math.max(FAR.min, PAIRS_COUNTED / pairs); far /= FAR.step) {
    shifts.push(distances[Math.floor(far * pairs)]! - distanceAtFar(calibration, far))
  }
  return shifts.reduce((sum, shift) => sum + shift, 0) / shifts.length
}

/**
 * Makes the rule. A stranger is compared with `n` encodings, so that at a distance where a pair of different people is
 * taken for one with the rate `far`, at most `n * far` of strangers are named (the union bound, nearly exact for small
 * rates): the distance in force is the one whose rate is `FALSE_MATCH_TARGET / n`, see {@link distanceAtFar}.
 */
export function createDecisionRule ({ config, calibration, gallery }: {
  config: Pick<Config, 'RECOGNITION_TOLERANCE' | 'FALSE_MATCH_TARGET'>, calibration: Calibration, gallery: Gallery
}): DecisionRule {
  const configured = config.RECOGNITION_TOLERANCE
  let shift: number | null = null
  let measuredUsers = 0
  let measuring: Promise<void> | undefined

  async function measure (): Promise<void> {
    measuredUsers = gallery.counts().users
    shift = await siteShift(gallery.sample(SAMPLE_MAX), calibration)
  }

  return {
    current (groups = null) {
      const compared = gallery.comparedIn(groups)
      const raw = distanceAtFar(calibration, config.FALSE_MATCH_TARGET / Math.max(1, compared))
      const byTable = onScale(calibration, raw)
      const bySite = shift === null ? null : onScale(calibration, Math.max(0, raw + shift))
      return { tolerance: Math.min(configured, byTable, bySite ?? byTable), configured, byTable, bySite }
    },
    async measureSite () {
      const { users } = gallery.counts()
      if (measuring === undefined && Math.abs(users - measuredUsers) <= CHANGE * measuredUsers) return
      measuring ??= measure().finally(() => { measuring = undefined })
      await measuring
    }
  }
}

/**
 * Who of the candidates, nearest first, is named: the nearest within `tolerance`, unless a second one is nearly as
 * near, by less than `margin`. Else the face is unknown, or ambiguous.
 */
export function decide (
  [nearest, other]: readonly Candidate[], tolerance: number, margin: number
): Candidate | 'unknown' | 'ambiguous' {
  if (!nearest || nearest.distance > tolerance) return 'unknown'
  return other && other.distance - nearest.distance < margin ? 'ambiguous' : nearest
}
