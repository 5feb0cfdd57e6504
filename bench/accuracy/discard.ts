import type { Comparison } from './comparisons.ts'

/** What is left when the worst photos are discarded. */
export interface DiscardPoint {
  /** Share of the photos, 0..1. */
  discarded: number
  /** The lowest quality that is kept. */
  qualityMin: number
  /** Genuine pairs both of whose photos are kept. */
  pairs: number
  falseNonMatches: number
  /** Share of these pairs that are refused, 0..1. */
  fnmr: number
}

const STEP_PERCENT = 1
const LAST_PERCENT = 50

/**
 * The error-versus-discard curve: the false non-match rate over the share of the photos discarded in order of quality
 * (Grother and Tabassi, Performance of biometric quality measures, IEEE TPAMI 29, 2007; ISO/IEC 29794-1). Photos
 * without a face have no quality (undefined) and take no part. There is no point where photos of the same quality would
 * be kept and discarded, which would leave it to chance which, and none where no pair is left.
 */
export function discardCurve (
  qualities: ReadonlyArray<number | undefined>, genuine: readonly Comparison[], threshold: number
): DiscardPoint[] {
  const ranked = qualities.flatMap((quality, photo) => quality === undefined ? [] : [{ photo, quality }])
    .sort((one, other) => one.quality - other.quality)
  const rankOf = new Map(ranked.map(({ photo }, rank) => [photo, rank]))
  // A pair is gone when the worse of its photos is.
  const pairs = genuine.flatMap(({ one, other, distance }) => {
    const [first, second] = [rankOf.get(one), rankOf.get(other)]
    return first === undefined || second === undefined ? [] : [{ rank: Math.min(first, second), distance }]
  })
  const points: DiscardPoint[] = []
  for (let percent = 0; percent <= LAST_PERCENT; percent += STEP_PERCENT) {
    const gone = Math.floor(percent * ranked.length / 100)
    if (gone > 0 && ranked[gone - 1]!.quality === ranked[gone]!.quality) continue
    const kept = pairs.filter(({ rank }) => rank >= gone)
    if (kept.length === 0) break
    const falseNonMatches = kept.filter(({ distance }) => distance > threshold).length
    points.push({
      discarded: percent / 100,
      qualityMin: ranked[gone]!.quality,
      pairs: kept.length,
      falseNonMatches,
      fnmr: falseNonMatches / kept.length
    })
  }
  return points
}
