import { DETECTOR_SIDE, type Backend, type Detection } from '../backends/backend.ts'
import { letterbox } from './decode.ts'
import type { Picture } from './picture.ts'

/**
 * How much of the detector's input the photo fills, one look after the other until a face is found. ssd_mobilenetv1
 * was trained on small faces: it misses 7 % of portraits that fill the frame, and finds most of those in a grey frame
 * of twice the photo's size.
 */
const LOOKS = [1, 0.5]

/** Faces in the picture, in its pixels, the largest first. */
export async function detectFaces (backend: Backend, picture: Picture): Promise<Detection[]> {
  for (const fill of LOOKS) {
    const { rgb, scale, left, top } = await letterbox(picture, DETECTOR_SIDE, fill)
    const found = await backend.detect(rgb)
    if (found.length === 0) continue
    return found
      .map((box) => ({
        score: box.score,
        left: (box.left - left) / scale,
        top: (box.top - top) / scale,
        width: box.width / scale,
        height: box.height / scale
      }))
      .sort((one, other) => other.width * other.height - one.width * one.height)
  }
  return []
}
