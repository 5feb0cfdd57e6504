import type { Backend, Detection } from '../backends/backend.ts'
import type { Box } from '../protocol.ts'
import { brighten, stretchContrast } from './brighten.ts'
import { confirm, faceSquare, SHIFT_SURE, type FoundFace } from './confirm.ts'
import { detectFaces, foremost, isCentral, isSame, LAST_LOOKS, LOOKS, type Look } from './detect.ts'
import type { Picture } from './picture.ts'
import type { Lap } from './stopwatch.ts'

/**
 * A detection with a lower score is none, as in face-api, unless there is no other and its landmarks hold very well.
 */
const SCORE_LIKELY = 0.5
/** With such a score of tiny_face_detector the landmarks held in all of 243 cases; ssd_mobilenetv1 is less modest. */
export const SCORE_SURE = 0.9
/** Unlikely faces of one picture that are looked at. */
const UNLIKELY_MAX = 8

export const isLikely = ({ score }: Detection): boolean => score > SCORE_LIKELY

/** The foremost of the detections that the landmarks confirm. */
async function foremostConfirmed (
  backend: Backend, picture: Picture, detections: Detection[], look: Look
): Promise<FoundFace | null> {
  let left = detections
  let detection: Detection | undefined
  while ((detection = foremost(left, picture))) {
    const isSure = look.detector === 'tiny_face_detector' && detection.score >= SCORE_SURE
    const face = await confirm(backend, picture, detection, isSure ? Infinity : undefined)
    if (face) return face
    left = left.filter((other) => other !== detection)
  }
  return null
}

/** The foremost likely face; those that are not likely are added to `unlikely`. */
async function search (
  backend: Backend, picture: Picture, unlikely: Detection[], lap: Lap
): Promise<FoundFace | null> {
  let aside: FoundFace | null = null
  for (const look of LOOKS) {
    // Somebody at the side may be found sooner than the one before the camera. That is worth no look that takes long.
    if (aside && look.detector !== 'tiny_face_detector') break
    const detections = await detectFaces(backend, picture, look)
    lap('detect')
    const face = await foremostConfirmed(backend, picture, detections.filter(isLikely), look)
    lap('landmarks')
    if (face && isCentral(face.detection, picture)) return face
    if (face && (!aside || foremost([aside.detection, face.detection], picture) === face.detection)) aside = face
    unlikely.push(...detections.filter((detection) => !isLikely(detection)))
  }
  return aside
}

/** The unlikely face with the best score whose landmarks hold very well. */
async function rescue (backend: Backend, picture: Picture, unlikely: Detection[]): Promise<FoundFace | null> {
  const best = unlikely.sort((one, other) => other.score - one.score).slice(0, UNLIKELY_MAX)
  for (const detection of best) {
    const face = await confirm(backend, picture, detection, SHIFT_SURE)
    if (face) return face
  }
  return null
}

/** The foremost face that shows only with more contrast, as one of the picture as it is. */
async function searchHaze (backend: Backend, picture: Picture): Promise<FoundFace | null> {
  const clear = await stretchContrast(picture)
  for (const look of LAST_LOOKS) {
    const detections = await detectFaces(backend, clear, look)
    const face = await foremostConfirmed(backend, picture, detections.filter(isLikely), look)
    if (face) return face
  }
  return null
}

/** The face that stands before the camera, or null. */
export async function findFace (backend: Backend, picture: Picture, lap: Lap): Promise<FoundFace | null> {
  let unlikely: Detection[] = []
  const face = await search(backend, picture, unlikely, lap)
  if (face) return face
  const brighter = await brighten(picture)
  if (brighter) {
    unlikely = []
    const lit = await search(backend, brighter, unlikely, lap)
    if (lit) return lit
  }
  const best = brighter ?? picture
  const rescued = await rescue(backend, best, unlikely) ?? await searchHaze(backend, best)
  lap('landmarks')
  return rescued
}

/** Looks that together show all faces of a photo: of the 43 in dlib's example photos, every one and nothing else. */
const LOOKS_FOR_ALL = LOOKS.filter(({ fill }) => fill === 1)
/** Of so many detections for each face that is wanted it is asked whether the landmarks confirm them. */
const EXAMINED_PER_FACE = 3

/** The likely faces of all looks, each in tiny_face_detector's best box, or else in ssd_mobilenetv1's. */
async function detectAll (backend: Backend, picture: Picture): Promise<Detection[]> {
  const found: Detection[] = []
  for (const look of LOOKS_FOR_ALL) {
    for (const detection of (await detectFaces(backend, picture, look)).filter(isLikely)) {
      const at = found.findIndex((other) => isSame(other, detection))
      if (at < 0) found.push(detection)
      else if (look.detector === 'tiny_face_detector' && detection.score > found[at]!.score) found[at] = detection
    }
  }
  return found
}

/**
 * Every face of the picture, the largest first, at most `max` of them. In a picture without likely faces, the one that
 * {@link findFace} finds.
 */
export async function findFaces (backend: Backend, picture: Picture, max: number, lap: Lap): Promise<FoundFace[]> {
  const detections = await detectAll(backend, picture)
  lap('detect')
  const largest = detections.sort((one, other) => other.width * other.height - one.width * one.height)
  const faces: FoundFace[] = []
  for (const detection of largest.slice(0, EXAMINED_PER_FACE * max)) {
    if (faces.length === max) break
    const face = await confirm(backend, picture, detection)
    // Two boxes may lead to the same landmarks.
    if (face && !faces.some((other) => isSame(faceSquare(other), faceSquare(face)))) faces.push(face)
  }
  lap('landmarks')
  if (faces.length > 0) return faces
  const single = await findFace(backend, picture, lap)
  return single ? [single] : []
}

/** The box in a picture of the same photo whose sides are `times` larger. */
export const magnified = ({ left, top, width, height }: Box, times: number): Box =>
  ({ left: left * times, top: top * times, width: width * times, height: height * times })

/**
 * The same face in a picture of the same photo whose sides are `times` larger, lit in the same way; the face as it
 * was if the larger picture does not confirm it.
 */
export async function refine (backend: Backend, face: FoundFace, larger: Picture, times: number): Promise<FoundFace> {
  const detection = { score: face.detection.score, ...magnified(face.detection, times) }
  const picture = face.picture.darker ? await brighten(larger) ?? larger : larger
  return await confirm(backend, picture, detection) ?? face
}
