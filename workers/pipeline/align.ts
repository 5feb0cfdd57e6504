import { CHIP_SIDE } from '../backends/backend.ts'
import type { Landmarks } from './landmarks.ts'
import { fitSimilarity, type Point } from './similarity.ts'
import type { Similarity } from './warp.ts'

/**
 * Mean positions of landmarks 27..54 and 60..64 (nose, eyes, upper lip; not brows, lower lip or jaw) in a face of
 * size 1, as x, y. From dlib's `get_face_chip_details`, dlib/image_transforms/interpolation.h (Boost licence), which
 * made the chips that the recognition network was trained on.
 */
const MEAN_FACE: ReadonlyArray<[landmark: number, x: number, y: number]> = [
  [27, 0.490127, 0.203352], [28, 0.490127, 0.307009], [29, 0.490127, 0.409805], [30, 0.490127, 0.515625],
  [31, 0.36688, 0.587326], [32, 0.426036, 0.609345], [33, 0.490127, 0.628106], [34, 0.554217, 0.609345],
  [35, 0.613373, 0.587326], [36, 0.121737, 0.216423], [37, 0.187122, 0.178758], [38, 0.265825, 0.179852],
  [39, 0.334606, 0.231733], [40, 0.260918, 0.245099], [41, 0.182743, 0.244077], [42, 0.645647, 0.231733],
  [43, 0.714428, 0.179852], [44, 0.793132, 0.178758], [45, 0.858516, 0.216423], [46, 0.79751, 0.244077],
  [47, 0.719335, 0.245099], [48, 0.254149, 0.780233], [49, 0.340985, 0.745405], [50, 0.428858, 0.727388],
  [51, 0.490127, 0.742578], [52, 0.551395, 0.727388], [53, 0.639268, 0.745405], [54, 0.726104, 0.780233],
  [60, 0.290379, 0.784792], [61, 0.428096, 0.778746], [62, 0.490127, 0.785343], [63, 0.552157, 0.778746],
  [64, 0.689874, 0.784792]
]
/** Room around the face as a share of its size, as in training. */
const PADDING = 0.25
/** Side of the face itself in the chip, in pixels. */
export const FACE_SIDE = CHIP_SIDE / (2 * PADDING + 1)
/** The landmarks that decide how a face is aligned. */
export const INNER_LANDMARKS = MEAN_FACE.map(([landmark]) => landmark)

/** The mean face in the chip's pixels. */
const TEMPLATE = MEAN_FACE.map(([, x, y]): Point => [(PADDING + x) * FACE_SIDE, (PADDING + y) * FACE_SIDE])

/** The similarity transform from chip to picture pixels that brings the mean face nearest to the landmarks. */
export function chipTransform (landmarks: Landmarks): Similarity {
  const places = INNER_LANDMARKS.map((i): Point => [landmarks[2 * i]!, landmarks[2 * i + 1]!])
  return fitSimilarity(TEMPLATE, places)
}
