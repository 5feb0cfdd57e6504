import { CHIP_SIDE, type Backend } from '../backends/backend.ts'
import type {
  DetectedFace, Enrolment, Face, Frame, Identification, PhotoTask, QualityMeasures, Search, StageTimes, WorkerSetup
} from '../protocol.ts'
import type { FoundFace } from './confirm.ts'
import { openPhoto, type Photo } from './decode.ts'
import { averageOf, encodeChip, encodePair, spreadOf, type EncodingPair } from './encode.ts'
import { cutChip, openChip } from './face-chip.ts'
import { findFace, findFaces, magnified, refine } from './find.ts'
import { fivePointsOf } from './five-points.ts'
import { estimateHeadPose } from './head-pose.ts'
import { USERS, type Matcher } from './match.ts'
import type { PreviousSearch } from './previous.ts'
import { measureQuality } from './quality.ts'
import type { Recognizer } from './recognizer.ts'
import { startStopwatch, type Lap } from './stopwatch.ts'
import { isAlone, verifyFace, type ThoroughLooks } from './verify.ts'
import { scaleOf, warp } from './warp.ts'

/** What an inference thread works with. */
export interface Tools extends Pick<WorkerSetup, 'augment'>, Partial<Pick<WorkerSetup, 'keepChips'>> {
  backend: Backend
  recognizer: Recognizer
  matchFace: Matcher
  /** For users that only the previous network knows; without it there are none. */
  searchPrevious?: PreviousSearch
}

/** What a photo shows, null without a face, and the time that it took. */
export interface Seen<Found> {
  found: Found | null
  stages: StageTimes
}

/** What is wanted of a photo with several faces. */
export type FrameTask = Pick<PhotoTask, 'imagePixelsMax' | 'facesMax' | 'search'>

/** A face, and where it is in the photo's own pixels. */
interface Located extends Pick<Face, 'box' | 'score'> {
  found: FoundFace
  /** How many times larger the sides of the photo are than those of the picture that the face was found in. */
  times: number
}

function locatedIn ({ reduction, picture }: Photo, found: FoundFace): Located {
  const times = reduction * picture.width / found.picture.width
  return { found, times, score: found.detection.score, box: magnified(found.detection, times) }
}

/** The faces as more pixels show them, if they have fewer than the chip takes and the photo has more. */
async function sharpen (backend: Backend, opened: Photo, faces: FoundFace[], lap: Lap): Promise<FoundFace[]> {
  if (opened.reduction === 1 || faces.every(({ transform }) => scaleOf(transform) >= 1)) return faces
  const whole = await opened.whole()
  lap('decode')
  const refined: FoundFace[] = []
  for (const face of faces) refined.push(await refine(backend, face, whole, opened.reduction))
  lap('landmarks')
  return refined
}

/** Somebody who may not be named now must not be registered as somebody else either. */
const TO_ENROL: Search = { alsoInactive: true }

/** Finds the face in as few pixels as will do; where they are fewer than the chip takes, in all of them. */
async function locate (backend: Backend, photo: Uint8Array, imagePixelsMax: number, lap: Lap): Promise<Located | null> {
  const opened = await openPhoto(photo, imagePixelsMax)
  lap('decode')
  const found = await findFace(backend, opened.picture, lap)
  const [face] = found ? await sharpen(backend, opened, [found], lap) : []
  return face ? locatedIn(opened, face) : null
}

/** Finds all faces in the same way, the largest first, at most `facesMax`. */
async function locateAll (
  backend: Backend, photo: Uint8Array, { imagePixelsMax, facesMax = 1 }: FrameTask, lap: Lap
): Promise<Frame<Located>> {
  const opened = await openPhoto(photo, imagePixelsMax)
  lap('decode')
  const found = await findFaces(backend, opened.picture, facesMax, lap)
  const faces = await sharpen(backend, opened, found, lap)
  return { width: opened.width, height: opened.height, faces: faces.map((face) => locatedIn(opened, face)) }
}

/** Encodes and matches a face. */
async function identifyFace (
  tools: Tools, { found, box, score }: Located, lap: Lap, search?: Search
): Promise<Identification> {
  const { recognizer, matchFace, searchPrevious, augment } = tools
  const chip = recognizer.align(found)
  lap('align')
  const encoding = await encodeChip(recognizer, chip, augment)
  lap('encode')
  const neighbours = matchFace(encoding, { ...search, runs: search?.rows?.present })
  lap('match')
  const previous = await searchPrevious?.(found, search) ?? null
  lap('encode')
  return { face: { box, score, encoding }, neighbours, previous }
}

/**
 * Decodes, finds the face before the camera, encodes it and matches it with whom `search` wants. Throws PhotoError for
 * a photo that cannot be used.
 */
export async function identify (
  tools: Tools, photo: Uint8Array, imagePixelsMax: number, search?: Search
): Promise<Seen<Identification>> {
  const { times: stages, lap } = startStopwatch()
  const located = await locate(tools.backend, photo, imagePixelsMax, lap)
  return { found: located && await identifyFace(tools, located, lap, search), stages }
}

/** Like {@link identify}, but matches nobody: for a comparison with known encodings. */
export async function encode (tools: Tools, photo: Uint8Array, imagePixelsMax: number): Promise<Seen<Identification>> {
  return await identify({ ...tools, matchFace: () => [] }, photo, imagePixelsMax)
}

/**
 * Encodes and matches all faces of a photo in the same way, each with so many users that one is left, and a runner-up,
 * when the others are those of its nearest users.
 */
export async function identifyAll (
  tools: Tools, photo: Uint8Array, { search, ...limits }: FrameTask
): Promise<Seen<Frame<Identification>>> {
  const { times: stages, lap } = startStopwatch()
  const { faces, ...size } = await locateAll(tools.backend, photo, limits, lap)
  const usersMax = (search?.usersMax ?? USERS) + faces.length - 1
  const identified: Identification[] = []
  for (const face of faces) identified.push(await identifyFace(tools, face, lap, { ...search, usersMax }))
  return { found: { ...size, faces: identified }, stages }
}

/** What the face is made of: how sure it is one, and how good for recognition. */
async function assess (
  { backend, recognizer }: Tools, photo: Uint8Array, { found, box }: Located, encodings: EncodingPair,
  seen: ThoroughLooks, lap: Lap
): Promise<QualityMeasures> {
  const verification = await verifyFace(backend, found, seen)
  lap('opinion')
  const chip = warp(found.picture.darker ?? found.picture, found.transform, CHIP_SIDE)
  const spread = spreadOf(encodings) / recognizer.mirrorSpread
  const quality = measureQuality({ photo, box, chip, found, verification, spread })
  lap('quality')
  return quality
}

/** Places in the picture as places in the photo, in both of which whole numbers are the middles of pixels. */
const inPhoto = (places: Float64Array, times: number): Float64Array => places.map((at) => (at + 0.5) * times - 0.5)

/** Finds all faces of a photo and measures them. */
export async function detect (
  tools: Tools, photo: Uint8Array, limits: FrameTask
): Promise<Seen<Frame<DetectedFace>>> {
  const { times: stages, lap } = startStopwatch()
  const { faces, ...size } = await locateAll(tools.backend, photo, limits, lap)
  const seen: ThoroughLooks = new Map()
  const detected: DetectedFace[] = []
  for (const face of faces) {
    const { found: { landmarks }, times, box, score } = face
    const chip = tools.recognizer.align(face.found)
    lap('align')
    const encodings = await encodePair(tools.recognizer, chip)
    lap('encode')
    detected.push({
      box,
      score,
      fivePoints: inPhoto(Float64Array.from(fivePointsOf(landmarks).flat()), times),
      landmarks: inPhoto(landmarks, times),
      pose: estimateHeadPose(landmarks),
      quality: await assess(tools, photo, face, encodings, seen, lap)
    })
  }
  return { found: { ...size, faces: detected }, stages }
}

/**
 * Decodes, finds, encodes and matches the face before the camera in the same way as {@link identify}, and takes the
 * time to look for others and to measure its quality. Throws PhotoError for a photo that cannot be used.
 */
export async function examineForEnrolment (
  tools: Tools, photo: Uint8Array, imagePixelsMax: number
): Promise<Seen<Enrolment>> {
  const { backend, recognizer, matchFace, searchPrevious, augment, keepChips } = tools
  const { times: stages, lap } = startStopwatch()
  const located = await locate(backend, photo, imagePixelsMax, lap)
  if (!located) return { found: null, stages }
  const { found, box, score } = located
  const aligned = recognizer.align(found)
  lap('align')
  const encodings = await encodePair(recognizer, aligned)
  const encoding = augment === 'flip' ? recognizer.normalise(averageOf(encodings)) : encodings.encoding
  lap('encode')
  const neighbours = matchFace(encoding, TO_ENROL)
  lap('match')
  const previous = await searchPrevious?.(found, TO_ENROL) ?? null
  lap('encode')
  const alone = await isAlone(backend, found)
  lap('opinion')
  const quality = await assess(tools, photo, located, encodings, new Map(), lap)
  const chip = keepChips ? await cutChip(found) : null
  if (keepChips) lap('chip')
  return { found: { face: { box, score, encoding }, neighbours, previous, alone, quality, chip }, stages }
}

/** Encodes a face that was kept, as if its photo were sent again. Throws PhotoError for one that cannot be read. */
export async function encodeKeptChip (
  { recognizer, augment }: Pick<Tools, 'recognizer' | 'augment'>, chip: Uint8Array
): Promise<Seen<Float32Array>> {
  const { times: stages, lap } = startStopwatch()
  const face = await openChip(chip)
  lap('decode')
  const aligned = recognizer.align(face)
  lap('align')
  const encoding = await encodeChip(recognizer, aligned, augment)
  lap('encode')
  return { found: encoding, stages }
}
