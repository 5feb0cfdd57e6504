import type { Backend } from '../backends/backend.ts'
import type { PhotoResult, StageTimes } from '../protocol.ts'
import { alignFace, chipTransform } from './align.ts'
import { decodePhoto } from './decode.ts'
import { detectFaces } from './detect.ts'
import { findLandmarks } from './landmarks.ts'
import { matchFace } from './match.ts'
import { measureQuality } from './quality.ts'

/** Gives the milliseconds since the call before. */
function stopwatch (): () => number {
  let last = performance.now()
  return () => {
    const now = performance.now()
    const elapsed = now - last
    last = now
    return elapsed
  }
}

/**
 * The way of a photo: decode, detect, landmarks, align, quality, encode, match. Only the largest face goes beyond
 * detection. Throws PhotoError for a photo that cannot be used.
 */
export async function examinePhoto (
  backend: Backend, gallery: WebAssembly.Memory, photo: Uint8Array, imagePixelsMax: number
): Promise<Extract<PhotoResult, { ok: true }>> {
  const stages: StageTimes = { decode: 0, detect: 0, landmarks: 0, align: 0, quality: 0, encode: 0, match: 0 }
  const lap = stopwatch()
  const picture = await decodePhoto(photo, imagePixelsMax)
  stages.decode = lap()
  const detections = await detectFaces(backend, picture)
  stages.detect = lap()
  const [largest] = detections
  if (!largest) return { ok: true, faceCount: 0, face: null, stages }

  const { score, ...box } = largest
  const landmarks = await findLandmarks(backend, picture, box)
  stages.landmarks = lap()
  const chip = alignFace(picture, chipTransform(landmarks))
  stages.align = lap()
  const quality = measureQuality(chip, landmarks, largest)
  stages.quality = lap()
  const encoding = await backend.encode(chip, 1)
  stages.encode = lap()
  const match = matchFace(gallery, encoding)
  stages.match = lap()
  const sizePx = Math.min(box.width, box.height)
  return { ok: true, faceCount: detections.length, face: { box, score, sizePx, quality, encoding, match }, stages }
}
