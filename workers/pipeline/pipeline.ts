import type { Backend } from '../backends/backend.ts'
import type { Enrolment, Identification, StageTimes } from '../protocol.ts'
import { alignFace } from './align.ts'
import { decodePhoto } from './decode.ts'
import { findFace, secondOpinion, type FoundFace } from './find.ts'
import { matchFace } from './match.ts'
import { measureQuality } from './quality.ts'
import { startStopwatch, type Lap } from './stopwatch.ts'

/** What an inference thread works with. */
export interface Tools {
  backend: Backend
  gallery: WebAssembly.Memory
}

/** What a photo shows, null without a face, and the time that it took. */
export interface Seen<Found> {
  found: Found | null
  stages: StageTimes
}

/** The part of the way that every photo takes: align, encode and match the face that was found. */
async function encodeAndMatch ({ backend, gallery }: Tools, { picture, detection, transform }: FoundFace, lap: Lap): Promise<Identification> {
  const chip = alignFace(picture, transform)
  lap('align')
  const encoding = await backend.encode(chip, 1)
  lap('encode')
  const match = matchFace(gallery, encoding)
  lap('match')
  const { score, ...box } = detection
  return { face: { box, score, encoding }, match }
}

/** Decodes, finds the largest face, encodes it and matches it. Throws PhotoError for a photo that cannot be used. */
export async function identify (tools: Tools, photo: Uint8Array, imagePixelsMax: number): Promise<Seen<Identification>> {
  const { times: stages, lap } = startStopwatch()
  const picture = await decodePhoto(photo, imagePixelsMax)
  lap('decode')
  const found = await findFace(tools.backend, picture, lap)
  if (!found) return { found: null, stages }
  return { found: await encodeAndMatch(tools, found, lap), stages }
}

/**
 * Decodes, finds, encodes and matches the largest face in the same way as {@link identify}, and takes the time to look for others
 * and to measure its quality. Throws PhotoError for a photo that cannot be used.
 */
export async function examineForEnrolment (tools: Tools, photo: Uint8Array, imagePixelsMax: number): Promise<Seen<Enrolment>> {
  const { times: stages, lap } = startStopwatch()
  const picture = await decodePhoto(photo, imagePixelsMax)
  lap('decode')
  const found = await findFace(tools.backend, picture, lap)
  if (!found) return { found: null, stages }
  const identification = await encodeAndMatch(tools, found, lap)
  const opinion = await secondOpinion(tools.backend, found)
  lap('opinion')
  const quality = measureQuality(alignFace(picture, found.transform), found, opinion)
  lap('quality')
  return { found: { ...identification, alone: opinion.alone, quality }, stages }
}
