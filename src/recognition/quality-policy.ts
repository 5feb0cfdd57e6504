import type { QualityMeasure, QualityMeasures } from '../../workers/protocol.ts'

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

/** A chain is as strong as its weakest link: the overall quality, 0..1, is the lowest measure. */
export function overallQuality (measures: QualityMeasures): number {
  return Math.min(...Object.values(measures))
}

/** In words, what is wrong with each measure below the threshold; empty if the face is good enough. */
export function qualityComplaints (measures: QualityMeasures, threshold: number): string[] {
  return (Object.keys(ADVICE) as QualityMeasure[])
    .filter((measure) => measures[measure] < threshold)
    .map((measure) => ADVICE[measure])
}
