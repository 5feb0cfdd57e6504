import type { Backend } from '../backends/backend.ts'
import type { Enrolment, Face, Identification, StageTimes, WorkerSetup } from '../protocol.ts'
import { alignFace } from './align.ts'
import { decodePhoto } from './decode.ts'
import { averageOf, encodePair } from './encode.ts'
import { findFace, secondOpinion, type FoundFace } from './find.ts'
import { matchFace } from './match.ts'
import { measureQuality } from './quality.ts'
import { startStopwatch } from './stopwatch.ts'

/** What an inference thread works with. */
export interface Tools extends Pick<WorkerSetup, 'gallery' | 'augment'> {
  backend: Backend
}

/** What a photo shows, null without a face, and the time that it took. */
export interface Seen<Found> {
  found: Found | null
  stages: StageTimes
}

/** The face that was found, without its encoding. */
const faceOf = ({ detection: { score, ...box } }: FoundFace): Omit<Face, 'encoding'> => ({ box, score })

/** Decodes, finds the largest face, encodes it and matches it. Throws PhotoError for a photo that cannot be used. */
export async function identify ({ backend, gallery, augment }: Tools, photo: Uint8Array, imagePixelsMax: number): Promise<Seen<Identification>> {
  const { times: stages, lap } = startStopwatch()
  const picture = await decodePhoto(photo, imagePixelsMax)
  lap('decode')
  const found = await findFace(backend, picture, lap)
  if (!found) return { found: null, stages }
  const chip = alignFace(found.picture, found.transform)
  lap('align')
  const encoding = augment === 'flip' ? averageOf(await encodePair(backend, chip)) : await backend.encode(chip, 1)
  lap('encode')
  const match = matchFace(gallery, encoding)
  lap('match')
  return { found: { face: { ...faceOf(found), encoding }, match }, stages }
}

/**
 * Decodes, finds, encodes and matches the largest face in the same way as {@link identify}, and takes the time to look for
 * others and to measure its quality. Throws PhotoError for a photo that cannot be used.
 */
export async function examineForEnrolment ({ backend, gallery, augment }: Tools, photo: Uint8Array, imagePixelsMax: number): Promise<Seen<Enrolment>> {
  const { times: stages, lap } = startStopwatch()
  const picture = await decodePhoto(photo, imagePixelsMax)
  lap('decode')
  const found = await findFace(backend, picture, lap)
  if (!found) return { found: null, stages }
  const chip = alignFace(found.picture, found.transform)
  lap('align')
  const encodings = await encodePair(backend, chip)
  const encoding = augment === 'flip' ? averageOf(encodings) : encodings.encoding
  lap('encode')
  const match = matchFace(gallery, encoding)
  lap('match')
  const opinion = await secondOpinion(backend, found)
  lap('opinion')
  const chipAsSent = found.picture === picture ? chip : alignFace(picture, found.transform)
  const quality = measureQuality({ photo, chip: chipAsSent, found, opinion, encodings })
  lap('quality')
  return { found: { face: { ...faceOf(found), encoding }, match, alone: opinion.alone, quality }, stages }
}
