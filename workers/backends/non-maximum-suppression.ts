import type { Detection } from './backend.ts'

/** Share of two boxes' union that they have in common, 0..1. */
function overlap (one: Detection, other: Detection): number {
  const width = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left)
  const height = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top)
  if (width <= 0 || height <= 0) return 0
  const common = width * height
  return common / (one.width * one.height + other.width * other.height - common)
}

/** Faces of one picture, the best ones; face-api's limit. */
export const DETECTIONS_MAX = 100

/**
 * Keeps the best of every group of boxes that overlap by more than `overlapMax` (0..1), best score first and at most
 * {@link DETECTIONS_MAX} of them.
 */
export function suppressNonMaxima (detections: readonly Detection[], overlapMax: number): Detection[] {
  const kept: Detection[] = []
  for (const detection of [...detections].sort((one, other) => other.score - one.score)) {
    if (kept.length >= DETECTIONS_MAX) break
    if (kept.every((better) => overlap(better, detection) <= overlapMax)) kept.push(detection)
  }
  return kept
}
