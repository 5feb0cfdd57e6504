import { ENCODING_MODEL, type Enrolment, type QualityMeasures } from '../../workers/protocol.ts'
import type { Config } from '../config.ts'
import { FaceError } from '../errors.ts'
import type { Gallery } from '../gallery/gallery.ts'
import type { Inference } from '../inference/inference-pool.ts'
import type { EncodingStore, UserId } from '../store/encoding-store.ts'
import { overallQuality, qualityComplaints } from './quality-policy.ts'

/** A face with a shorter side than this, in pixels, is never enrolled, whatever the threshold. */
export const FACE_SIZE_MIN_PX = 40

export interface Registration {
  registeredAt: string
  encodingCount: number
  /** Overall quality, 0..1. */
  quality: number
}

/** `confidence` is 1 - distance, in 0..1. */
export interface Recognized {
  userId: UserId
  distance: number
  confidence: number
}

export interface RegistrationStatus {
  /** In the type it was registered in; null if it is not. */
  userId: UserId | null
  lastUpdated: string | null
  encodingCount: number
}

/** The use cases: policy over inference, store and gallery. They throw {@link FaceError} for expected failures. */
export interface Recognition {
  /**
   * Enrols the only face of a photo; durable when it resolves.
   * Throws `NO_FACE`, `MULTIPLE_FACES` or `LOW_QUALITY`, and what inference and store throw.
   */
  register (userId: UserId, photo: ArrayBuffer): Promise<Registration>
  /** Names the largest face of a photo; null for a stranger. Throws `NO_FACE` and what inference throws. */
  recognize (photo: ArrayBuffer): Promise<Recognized | null>
  status (key: string): Promise<RegistrationStatus>
  /** Forgets a user and returns the id as it was registered. Throws `USER_NOT_FOUND`. */
  remove (key: string): Promise<UserId>
}

export interface RecognitionParts {
  config: Pick<Config, 'RECOGNITION_TOLERANCE' | 'FACE_QUALITY_THRESHOLD' | 'MAX_FACES_PER_USER'>
  inference: Inference
  store: EncodingStore
  gallery: Gallery
}

const round4 = (value: number): number => Math.round(value * 10_000) / 10_000

const rounded = (measures: QualityMeasures): QualityMeasures =>
  Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, round4(value)])) as unknown as QualityMeasures

/** Puts the use cases together. */
export function createRecognition ({ config, inference, store, gallery }: RecognitionParts): Recognition {
  function checkQuality ({ face, quality: measures }: Enrolment): void {
    const quality = { overall: round4(overallQuality(measures)), measures: rounded(measures) }
    const sizePx = Math.floor(Math.min(face.box.width, face.box.height))
    if (sizePx < FACE_SIZE_MIN_PX) {
      const message = `The face is too small (${sizePx} pixels, at least ${FACE_SIZE_MIN_PX} are needed): come closer`
      throw new FaceError('LOW_QUALITY', { message, details: { quality } })
    }
    const complaints = qualityComplaints(measures, config.FACE_QUALITY_THRESHOLD)
    if (complaints.length === 0) return
    throw new FaceError('LOW_QUALITY', { message: `The photo is not good enough: ${complaints.join('; ')}`, details: { quality } })
  }

  return {
    async register (userId, photo) {
      const examined = await inference.examineForEnrolment(photo)
      if (!examined) throw new FaceError('NO_FACE')
      if (!examined.alone) throw new FaceError('MULTIPLE_FACES')
      checkQuality(examined)
      const registeredAt = new Date().toISOString()
      const quality = round4(overallQuality(examined.quality))
      const encoding = { vector: examined.face.encoding, quality, registeredAt, model: ENCODING_MODEL }
      const stored = await store.update(String(userId), (present) => ({
        userId,
        updatedAt: registeredAt,
        encodings: [...present?.encodings ?? [], encoding].slice(-config.MAX_FACES_PER_USER)
      }))
      return { registeredAt, quality, encodingCount: stored?.encodings.length ?? 0 }
    },

    async recognize (photo) {
      const identified = await inference.identify(photo)
      if (!identified) throw new FaceError('NO_FACE')
      const { match } = identified
      if (!match) return null
      // Someone may have been deleted since the search; then the next nearest is the nearest.
      for (const candidate of [match, match.runnerUp]) {
        const userId = candidate ? gallery.userOf(candidate.user) : undefined
        if (!candidate || userId === undefined) continue
        if (candidate.distance > config.RECOGNITION_TOLERANCE) return null
        return { userId, distance: round4(candidate.distance), confidence: round4(Math.max(0, 1 - candidate.distance)) }
      }
      return null
    },

    async status (key) {
      const record = await store.get(key)
      return { userId: record?.userId ?? null, lastUpdated: record?.updatedAt ?? null, encodingCount: record?.encodings.length ?? 0 }
    },

    async remove (key) {
      let userId: UserId | undefined
      await store.update(key, (present) => {
        userId = present?.userId
        return null
      })
      if (userId === undefined) throw new FaceError('USER_NOT_FOUND')
      return userId
    }
  }
}
