import type { HeadPose } from '../protocol.ts'
import type { Landmarks } from './landmarks.ts'

type Place = readonly [x: number, y: number, z: number]

/**
 * Landmarks of a head in three dimensions: x to the right and y down as in its photo, z away from the camera; the outer
 * corners of the eyes are 450 apart. The rigid shape of 924 portraits and their mirror images, by factorisation (Tomasi
 * and Kanade 1992), turned so that eyes and chin are upright.
 */
const HEAD: ReadonlyArray<[landmark: number, place: Place]> = [
  [8, [0, 431, 209]], [27, [0, -182, 100]], [30, [0, 0, 0]], [33, [0, 60, 76]], [36, [-225, -182, 209]],
  [39, [-99, -178, 182]], [42, [99, -178, 182]], [45, [225, -182, 209]], [48, [-144, 176, 200]], [54, [144, 176, 200]]
]
/** The median pitch of portraits of people who look at the camera. */
const PITCH_OF_PORTRAITS = -5

const dot = (one: Place, other: Place): number => one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
const cross = ([a, b, c]: Place, [d, e, f]: Place): Place => [b * f - c * e, c * d - a * f, a * e - b * d]
const plus = ([a, b, c]: Place, [d, e, f]: Place): Place => [a + d, b + e, c + f]
const times = ([x, y, z]: Place, factor: number): Place => [x * factor, y * factor, z * factor]
const unit = (place: Place): Place => times(place, 1 / Math.sqrt(dot(place, place)))

/** For each landmark of {@link HEAD}, how its x (or y) enters the first (or second) row of the least-squares camera. */
const WEIGHTS: readonly Place[] = (() => {
  const mean = [0, 1, 2].map((axis) => HEAD.reduce((sum, [, place]) => sum + place[axis]! / HEAD.length, 0))
  const places = HEAD.map(([, place]) => place.map((value, axis) => value - mean[axis]!) as unknown as Place)
  const column = (i: number): Place => [0, 1, 2].map((j) => (
    places.reduce((sum, place) => sum + place[i]! * place[j]!, 0)
  )) as unknown as Place
  const [a, b, c] = [column(0), column(1), column(2)]
  const determinant = dot(a, cross(b, c))
  const inverse = [cross(b, c), cross(c, a), cross(a, b)].map((row) => times(row, 1 / determinant))
  return places.map((place) => inverse.map((row) => dot(row, place)) as unknown as Place)
})()

/** One row of the camera: what takes the head's places to the x (0) or y (1) of the landmarks, but for a shift. */
function cameraRow (landmarks: Landmarks, axis: 0 | 1): Place {
  return HEAD.reduce<Place>((row, [landmark], i) => (
    plus(row, times(WEIGHTS[i]!, landmarks[2 * landmark + axis]!))
  ), [0, 0, 0])
}

const degrees = (radians: number): number => radians * 180 / Math.PI

/**
 * Estimates how the head is turned, by the camera without perspective that fits the landmarks best (least squares).
 * Every head is taken for the same one: yaw and pitch are estimates.
 */
export function estimateHeadPose (landmarks: Landmarks): HeadPose {
  const [x, y] = [unit(cameraRow(landmarks, 0)), unit(cameraRow(landmarks, 1))]
  // The two perpendicular directions nearest to them.
  const [sum, difference] = [unit(plus(x, y)), unit(plus(x, times(y, -1)))]
  const right = times(plus(sum, difference), Math.SQRT1_2)
  const down = times(plus(sum, times(difference, -1)), Math.SQRT1_2)
  const away = cross(right, down)
  return {
    yaw: degrees(Math.atan2(away[0], Math.hypot(right[0], down[0]))),
    pitch: -degrees(Math.atan2(away[1], away[2])) - PITCH_OF_PORTRAITS,
    roll: degrees(Math.atan2(down[0], right[0]))
  }
}
