import type { Similarity } from './warp.ts'

export type Point = readonly [x: number, y: number]

/**
 * The similarity transform that brings the points of a template nearest to those in a picture, in the least-squares
 * sense (Umeyama 1991; in two dimensions without reflection it has this closed form). Both lists are of the same
 * length.
 */
export function fitSimilarity (template: readonly Point[], picture: readonly Point[]): Similarity {
  const n = template.length
  let mx = 0; let my = 0; let px = 0; let py = 0
  for (let i = 0; i < n; i++) {
    mx += template[i]![0] / n; my += template[i]![1] / n
    px += picture[i]![0] / n; py += picture[i]![1] / n
  }
  let dot = 0; let cross = 0; let spread = 0
  for (let i = 0; i < n; i++) {
    const cx = template[i]![0] - mx; const cy = template[i]![1] - my
    const dx = picture[i]![0] - px; const dy = picture[i]![1] - py
    dot += cx * dx + cy * dy
    cross += cx * dy - cy * dx
    spread += cx * cx + cy * cy
  }
  const a = dot / spread; const b = cross / spread
  return { a, b, tx: px - a * mx + b * my, ty: py - b * mx - a * my }
}
