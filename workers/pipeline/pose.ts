import type { Landmarks } from './landmarks.ts'

type Point = [x: number, y: number]

const NOSE_TIP = 30
const RIGHT_EYE = [36, 39] as const
const LEFT_EYE = [42, 45] as const
const RIGHT_JAW = 2
const LEFT_JAW = 14
/**
 * How far below the eyes the nose tip of a frontal face lies, as a share of their distance: the median of portraits.
 */
const NOSE_DROP = 0.62

/** How far a head is turned, read off its landmarks; 0 for a frontal face, not in degrees. */
export interface Pose {
  /** How far the nose tip is off the middle between the cheeks; 1 when it covers a cheek. */
  yaw: number
  /** How much higher or lower the nose tip is than that of a frontal face, as a share of the distance of the eyes. */
  pitch: number
}

/** Measures the pose in the face's own axes: along the line of the eyes and across, so that a tilt changes nothing. */
export function measurePose (landmarks: Landmarks): Pose {
  const point = (i: number): Point => [landmarks[2 * i]!, landmarks[2 * i + 1]!]
  const middle = ([i, j]: readonly [number, number]): Point => {
    const [p, q] = [point(i), point(j)]
    return [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2]
  }
  const [rightEye, leftEye] = [middle(RIGHT_EYE), middle(LEFT_EYE)]
  const [ux, uy] = [leftEye[0] - rightEye[0], leftEye[1] - rightEye[1]]
  const squared = ux * ux + uy * uy
  const along = ([x, y]: Point): number => ((x - rightEye[0]) * ux + (y - rightEye[1]) * uy) / squared
  const below = ([x, y]: Point): number => ((y - rightEye[1]) * ux - (x - rightEye[0]) * uy) / squared
  const [right, nose, left] = [along(point(RIGHT_JAW)), along(point(NOSE_TIP)), along(point(LEFT_JAW))]
  return {
    yaw: Math.abs(2 * (nose - right) / (left - right) - 1),
    pitch: Math.abs(below(point(NOSE_TIP)) - NOSE_DROP)
  }
}
