import type { QualityMeasures } from '../../workers/protocol.ts'

/** What the operator should do about each measure that is too low. */
const ADVICE: Readonly<Record<keyof QualityMeasures, string>> = {
  detection: 'the face is not clearly visible: uncover it and face the camera',
  size: 'the face is too small: come closer',
  sharpness: 'the photo is blurred: hold still',
  exposure: 'the face is too dark or too bright: improve the light',
  pose: 'the face is turned away: look at the camera'
}

/** A chain is as strong as its weakest link: the overall quality, 0..1, is the lowest measure. */
export function overallQuality (measures: QualityMeasures): number {
  return Math.min(...Object.values(measures) as number[])
}

/** In words, what is wrong with each measure below the threshold; empty if the face is good enough. */
export function qualityComplaints (measures: QualityMeasures, threshold: number): string[] {
  return (Object.keys(ADVICE) as Array<keyof QualityMeasures>)
    .filter((measure) => measures[measure] < threshold)
    .map((measure) => ADVICE[measure])
}
