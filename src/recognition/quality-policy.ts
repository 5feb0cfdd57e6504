import type { Box, QualityMeasure, QualityMeasures } from '../../workers/protocol.ts'
import { round4 } from '../networks/distance.ts'

/** A face with a shorter side than this, in pixels, is never enrolled, whatever the threshold. */
export const FACE_SIZE_MIN_PX = 40

/** What the operator should do about each measure that is too low. */
const ADVICE: Readonly<Record<QualityMeasure, string>> = {
  detection: 'the face is not clearly visible: uncover it and face the camera',
  size: 'the face is too small: come closer',
  sharpness: 'the photo is blurred: hold still',
  illumination: 'the face is too dark: put more light on it',
  exposure: 'the face is too bright: keep it out of direct light',
  contrast: 'the face is hazy: clean the camera and avoid light from behind',
  pose: 'the face is turned away: look at the camera',
  occlusion: 'part of the face is hidden: take off mask and sunglasses',
  compression: 'the photo is compressed too much: send it with a higher JPEG quality',
  stability: 'the face is not clear enough: look straight at the camera, in even light'
}

/** Quality as clients see it: four decimals. */
export interface Quality {
  overall: number
  measures: QualityMeasures
}

/** What should be done about one measure of a face. */
export interface Advice {
  measure: QualityMeasure
  message: string
}

/** A chain is as strong as its weakest link: the overall quality, 0..1, is the lowest measure. */
export function overallQuality (measures: QualityMeasures): number {
  return Math.min(...Object.values(measures))
}

/** The overall quality and what it is made of. */
export function qualityOf (quality: QualityMeasures): Quality {
  const measures = { ...quality }
  for (const name of Object.keys(measures) as QualityMeasure[]) measures[name] = round4(measures[name])
  return { overall: round4(overallQuality(quality)), measures }
}

/** What is wrong with a face of too few pixels; null for one of enough. */
export function sizeComplaint ({ width, height }: Box): string | null {
  const sizePx = Math.floor(Math.min(width, height))
  if (sizePx >= FACE_SIZE_MIN_PX) return null
  return `the face is too small (${sizePx} pixels, at least ${FACE_SIZE_MIN_PX} are needed): come closer`
}

/** In words, what is wrong with each measure below the threshold, or with the size; empty for a good enough face. */
export function adviceOn (box: Box, measures: QualityMeasures, threshold: number): Advice[] {
  const tooSmall = sizeComplaint(box)
  return (Object.keys(ADVICE) as QualityMeasure[]).flatMap((measure) => {
    if (measure === 'size' && tooSmall !== null) return [{ measure, message: tooSmall }]
    return measures[measure] < threshold ? [{ measure, message: ADVICE[measure] }] : []
  })
}
