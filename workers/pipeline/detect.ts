import { SSD_SIDE, type Backend, type Detection, type DetectorName } from '../backends/backend.ts'
import { type Box } from '../protocol.ts'
import { letterbox } from './letterbox.ts'
import type { Picture } from './picture.ts'

/** One way to look at a photo: with which detector, in a square of which side, and how much of that the photo fills. */
export interface Look {
  detector: DetectorName
  side: number
  fill: number
}

/**
 * From coarse to fine: the first look finds faces that take up a third of the photo, each further one smaller or harder
 * ones, so the first that finds a whole face finds the largest. tiny_face_detector is both quick and, on faces of the size it
 * likes, surer than ssd_mobilenetv1, which misses 7 % of the portraits that fill the frame; the last look puts the photo
 * into a grey frame of twice its size and rescues most of what is left.
 */
export const LOOKS: readonly Look[] = [
  { detector: 'tiny_face_detector', side: 160, fill: 1 },
  { detector: 'tiny_face_detector', side: 320, fill: 1 },
  { detector: 'tiny_face_detector', side: 640, fill: 1 },
  { detector: 'ssd_mobilenetv1', side: SSD_SIDE, fill: 1 },
  { detector: 'ssd_mobilenetv1', side: SSD_SIDE, fill: 0.5 }
]

/** Pixels of the box that lie in the picture: half a face at the edge is not larger than a whole one of its size. */
export function visibleArea ({ left, top, width, height }: Box, picture: Picture): number {
  const right = Math.min(picture.width, left + width)
  const bottom = Math.min(picture.height, top + height)
  return Math.max(0, right - Math.max(0, left)) * Math.max(0, bottom - Math.max(0, top))
}

/** Reaches the face over the edge of the picture? */
export function isCut ({ left, top, width, height }: Box, picture: Picture): boolean {
  return left < 0 || top < 0 || left + width > picture.width || top + height > picture.height
}

/** Faces that one look finds in the picture, in its pixels, the largest first. */
export async function detectFaces (backend: Backend, picture: Picture, { detector, side, fill }: Look): Promise<Detection[]> {
  const { rgb, scale, left, top } = await letterbox(picture, side, fill)
  const found = await backend.detect(detector, rgb, side)
  return found
    .map((box) => ({
      score: box.score,
      left: (box.left - left) / scale,
      top: (box.top - top) / scale,
      width: box.width / scale,
      height: box.height / scale
    }))
    .sort((one, other) => visibleArea(other, picture) - visibleArea(one, picture))
}
