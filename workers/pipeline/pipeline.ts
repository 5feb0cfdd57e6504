import { CHIP_SIDE, type Backend } from '../backends/backend.ts'
import type { Enrolment, Face, Identification, Search, StageTimes, WorkerSetup } from '../protocol.ts'
import type { FoundFace } from './confirm.ts'
import { openPhoto } from './decode.ts'
import { averageOf, encodeChip, encodePair, spreadOf } from './encode.ts'
import { findFace, magnified, refine } from './find.ts'
import type { Matcher } from './match.ts'
import type { PreviousSearch } from './previous.ts'
import { measureQuality } from './quality.ts'
import type { Recognizer } from './recognizer.ts'
import { startStopwatch, type Lap } from './stopwatch.ts'
import { verifyAlone } from './verify.ts'
import { scaleOf, warp } from './warp.ts'

/** What an inference thread works with. */
export interface Tools extends Pick<WorkerSetup, 'augment'> {
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

/** The face before the camera, and where it is in the photo's own pixels. */
interface Located extends Pick<Face, 'box' | 'score'> {
  found: FoundFace
}

/** Somebody who may not be named now must not be registered as somebody else either. */
const TO_ENROL: Search = { alsoInactive: true }

/** Finds the face in as few pixels as will do; where they are fewer than the chip takes, in all of them. */
async function locate (backend: Backend, photo: Uint8Array, imagePixelsMax: number, lap: Lap): Promise<Located | null> {
  const opened = await openPhoto(photo, imagePixelsMax)
  lap('decode')
  let found = await findFace(backend, opened.picture, lap)
  if (!found) return null
  if (opened.reduction > 1 && scaleOf(found.transform) < 1) {
    const whole = await opened.whole()
    lap('decode')
    found = await refine(backend, found, whole, opened.reduction)
    lap('landmarks')
  }
  const times = opened.reduction * opened.picture.width / found.picture.width
  return { found, score: found.detection.score, box: magnified(found.detection, times) }
}

/**
 * Decodes, finds the face before the camera, encodes it and matches it with whom `search` wants. Throws PhotoError for
 * a photo that cannot be used.
 */
export async function identify (
  tools: Tools, photo: Uint8Array, imagePixelsMax: number, search?: Search
): Promise<Seen<Identification>> {
  const { recognizer, matchFace, searchPrevious, augment } = tools
  const { times: stages, lap } = startStopwatch()
  const located = await locate(tools.backend, photo, imagePixelsMax, lap)
  if (!located) return { found: null, stages }
  const { found, box, score } = located
  const chip = recognizer.align(found)
  lap('align')
  const encoding = await encodeChip(recognizer, chip, augment)
  lap('encode')
  const neighbours = matchFace(encoding, { ...search, runs: search?.rows?.present })
  lap('match')
  const previous = await searchPrevious?.(found, search) ?? null
  lap('encode')
  return { found: { face: { box, score, encoding }, neighbours, previous }, stages }
}

/**
 * Decodes, finds, encodes and matches the face before the camera in the same way as {@link identify}, and takes the
 * time to look for others and to measure its quality. Throws PhotoError for a photo that cannot be used.
 */
export async function examineForEnrolment (
  tools: Tools, photo: Uint8Array, imagePixelsMax: number
): Promise<Seen<Enrolment>> {
  const { backend, recognizer, matchFace, searchPrevious, augment } = tools
  const { times: stages, lap } = startStopwatch()
  const located = await locate(backend, photo, imagePixelsMax, lap)
  if (!located) return { found: null, stages }
  const { found, box, score } = located
  const chip = recognizer.align(found)
  lap('align')
  const encodings = await encodePair(recognizer, chip)
  const encoding = augment === 'flip' ? recognizer.normalise(averageOf(encodings)) : encodings.encoding
  lap('encode')
  const neighbours = matchFace(encoding, TO_ENROL)
  lap('match')
  const previous = await searchPrevious?.(found, TO_ENROL) ?? null
  lap('encode')
  const verification = await verifyAlone(backend, found)
  lap('opinion')
  const asSent = warp(found.picture.darker ?? found.picture, found.transform, CHIP_SIDE)
  const spread = spreadOf(encodings) / recognizer.mirrorSpread
  const quality = measureQuality({ photo, box, chip: asSent, found, verification, spread })
  lap('quality')
  return {
    found: { face: { box, score, encoding }, neighbours, previous, alone: verification.alone, quality }, stages
  }
}
