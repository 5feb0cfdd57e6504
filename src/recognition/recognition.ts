import type { Box, Frame } from '../../workers/protocol.ts'
import { newSalt } from '../audit/person.ts'
import { timePart, type RequestContext } from '../request-context.ts'
import type { Config } from '../config.ts'
import { FaceError } from '../errors.ts'
import type { Gallery } from '../gallery/gallery.ts'
import type { Inference } from '../inference/inference-pool.ts'
import type { Encoding, EncodingStore, UserId, UserRecord } from '../store/encoding-store.ts'
import { sealChip } from '../store/record/chip.ts'
import { parseDataKeys } from '../store/record/seal.ts'
import type { Candidates, Found } from './candidates.ts'
import {
  candidatesAmong, checkDuplicate, checkQuality, checkResemblance, isComparable, keepMostUseful, type Candidate
} from './enrolment-policy.ts'
import type { Quality } from './quality-policy.ts'
import type { RecentChanges } from './recent-changes.ts'
import type { RecentRecognitions } from './recent-recognitions.ts'
import { confidenceOf } from '../networks/calibration.ts'
import { scaleOf, type RecognitionNetwork } from '../networks/find-network.ts'
import { madeKind } from '../networks/kinds.ts'
import { decide, type DecisionRule } from './decision.ts'
import { round4 } from '../networks/distance.ts'
import { nameFaces } from './frame.ts'
import { scopeOf } from './scope.ts'
import type { Sightings } from './sightings.ts'
import { userIdFromText } from '../store/user-key.ts'
import type { UserProfile } from '../users/profile.ts'

export type { Box, Frame }

export interface Registration {
  registeredAt: string
  encodingCount: number
  quality: Quality
}

/** Somebody enrolled. The distance is on the scale that all networks share; `confidence`, 0..1, is 1 - distance. */
export interface Recognized {
  outcome: 'recognized'
  userId: UserId
  distance: number
  confidence: number
  /** By which the face can be rejected for ten minutes; only callers who are known get one. */
  recognitionId?: string
}

/** A stranger, or a face that is nearly as close to a second user as to the first. */
export interface NotRecognized {
  outcome: 'unknown' | 'ambiguous'
}

/** Who a face is, and who else it may be. */
export interface Naming {
  named: Recognized | NotRecognized
  /** The nearest users, whether they are near enough or not. */
  candidates: Candidate[]
}

/** Whom a face is searched among, and what is wanted to know. */
export interface NameOptions {
  /** Of those that the key allows; all of these unless told. */
  group?: string | undefined
  /** So many candidates, none unless told. */
  candidatesMax?: number | undefined
}

export interface RegistrationStatus {
  /** In the type it was registered in; null if it is not. */
  userId: UserId | null
  lastUpdated: string | null
  encodingCount: number
}

/**
 * The use cases: policy over inference, store and gallery. They throw {@link FaceError} for expected failures. A photo
 * whose signal aborts while it waits is not processed.
 */
export interface Recognition {
  /**
   * Enrols the only face of a photo; durable when it resolves. `replace` drops the user's other encodings; what
   * `profile` leaves out stays. Throws `NO_FACE`, `MULTIPLE_FACES`, `LOW_QUALITY`, `FACE_ALREADY_REGISTERED`, without
   * `replace` `FACE_MISMATCH`, and what inference and store throw.
   */
  register (
    userId: UserId,
    photo: ArrayBuffer,
    options: { replace: boolean, profile?: UserProfile },
    context?: RequestContext
  ): Promise<Registration>
  /**
   * Names the face before the camera, if it is of somebody in the group, or else in one of those that the key allows.
   * Throws `NO_FACE`, `GROUP_NOT_ALLOWED`, `GROUP_NOT_FOUND` and what inference throws.
   */
  recognize (photo: ArrayBuffer, options?: NameOptions, context?: RequestContext): Promise<Naming>
  /**
   * Names all faces of a photo, the largest first, at most `facesMax`, nobody twice. Throws as {@link recognize} does,
   * but not `NO_FACE`.
   */
  recognizeAll (
    photo: ArrayBuffer, options: NameOptions & { facesMax: number }, context?: RequestContext
  ): Promise<Frame<Naming & { box: Box }>>
  status (key: string, context?: RequestContext): Promise<RegistrationStatus>
  /** Forgets a user and returns the id as it was registered, as far as that can be read. Throws `USER_NOT_FOUND`. */
  remove (key: string, context?: RequestContext): Promise<UserId>
}

export interface RecognitionParts {
  config: Pick<Config,
    'ENCODING_AUGMENT' | 'FACE_DATA_KEY' | 'RECOGNITION_TOLERANCE' | 'AMBIGUITY_MARGIN' | 'DUPLICATE_TOLERANCE' |
    'FACE_QUALITY_THRESHOLD' | 'MAX_FACES_PER_USER'>
  network: Pick<RecognitionNetwork, 'id' | 'calibration' | 'file'>
  /** What encoded the users that `network` does not know yet; null if there can be none. */
  previous: Pick<RecognitionNetwork, 'id' | 'calibration' | 'file'> | null
  decision: Pick<DecisionRule, 'current'>
  inference: Inference
  store: EncodingStore
  gallery: Gallery
  sightings: Pick<Sightings, 'carried' | 'note' | 'restart' | 'erase'>
  changes: RecentChanges
  candidates: Candidates
  recent: Pick<RecentRecognitions, 'add'>
}

/** Puts the use cases together. */
export function createRecognition ({
  config, network, previous, decision, inference, store, gallery, sightings, changes, candidates, recent
}: RecognitionParts): Recognition {
  // Here distances leave the network's own measure; everything that decides knows the scale alone.
  const scaled = scaleOf(network)
  const previousScaled = previous ? scaleOf(previous) : scaled
  const [chipKey] = parseDataKeys(config.FACE_DATA_KEY)

  function nameOf (
    found: Found, decided: ReturnType<typeof decide>, { caller }: RequestContext
  ): Recognized | NotRecognized {
    if (typeof decided === 'string') return { outcome: decided }
    const { userId, distance } = decided
    const key = String(userId)
    sightings.note(key, distance)
    const nearest = gallery.nearestEncoding(key, found.face.encoding)
    if (nearest !== undefined) sightings.carried(key, nearest)
    return {
      outcome: 'recognized',
      userId,
      distance: round4(distance),
      confidence: round4(confidenceOf(distance)),
      ...caller && { recognitionId: recent.add({ userId, encodings: candidates.encodingsOf(found) }) }
    }
  }

  return {
    async register (userId, photo, { replace, profile }, context = {}) {
      const key = String(userId)
      const stored = changes.follow()
      try {
        const enrolment = await inference.examineForEnrolment(photo, context)
        if (!enrolment) throw new FaceError('NO_FACE')
        if (!enrolment.alone) throw new FaceError('MULTIPLE_FACES')
        const quality = checkQuality(enrolment, config.FACE_QUALITY_THRESHOLD)
        const duplicateTolerance = Math.min(config.DUPLICATE_TOLERANCE, decision.current().tolerance)
        checkDuplicate(candidates.enrolled(enrolment), key, duplicateTolerance, context)

        const registeredAt = new Date().toISOString()
        const kind = madeKind(network.id, config.ENCODING_AUGMENT)
        const { receipt } = context
        const { chip, face: { encoding: vector } } = enrolment
        const encoding: Encoding = {
          vector,
          quality: quality.overall,
          registeredAt,
          ...kind,
          ...chip && chipKey && { sealedChip: sealChip(key, chip, chipKey) },
          ...receipt !== undefined && { receipt }
        }
        // As the previous network sees it, while somebody may have encodings of that alone.
        const before = previous && enrolment.previous && {
          ...encoding, vector: enrolment.previous.encoding, ...madeKind(previous.id, config.ENCODING_AUGMENT)
        }
        const intended = await context.intended
        let made = encoding
        const after = await timePart(context, 'store update', () => store.updateInTurn(key, (record) => {
          const done = receipt === undefined ? undefined : record?.encodings.find((one) => one.receipt === receipt)
          // By an earlier try of this request, whose client never got the answer.
          if (done) {
            made = done
            return record
          }
          // The search did not know who was registered meanwhile.
          checkDuplicate(candidatesAmong(stored.records(), encoding, scaled), key, duplicateTolerance, context)
          if (!replace) {
            if (isComparable(encoding, record)) {
              checkResemblance(encoding, record, scaled, config.RECOGNITION_TOLERANCE)
            } else if (before) {
              checkResemblance(before, record, previousScaled, config.RECOGNITION_TOLERANCE)
            }
          }
          const { encodings, unread, ...kept }: Partial<UserRecord> & Pick<UserRecord, 'encodings'> =
            record ?? { encodings: [] }
          return {
            ...kept,
            ...!replace && unread && { unread },
            ...profile,
            auditSalt: kept.auditSalt ?? intended?.salt ?? newSalt(),
            userId,
            updatedAt: registeredAt,
            encodings: keepMostUseful([...replace ? [] : encodings, encoding], config.MAX_FACES_PER_USER)
          }
        }))
        sightings.restart(key)
        return { registeredAt: made.registeredAt, quality, encodingCount: after?.encodings.length ?? 0 }
      } finally {
        stored.end()
      }
    },

    async recognize (photo, { group, candidatesMax = 0 } = {}, context = {}) {
      const scope = scopeOf(gallery, group, context.caller?.groups)
      const { search, candidatesOf, end } = candidates.startSearch(scope, candidatesMax)
      try {
        const identification = await inference.identify(photo, context, search)
        if (!identification) throw new FaceError('NO_FACE')
        const among = candidatesOf(identification)
        const decided = decide(among, decision.current(scope).tolerance, config.AMBIGUITY_MARGIN)
        return { named: nameOf(identification, decided, context), candidates: among.slice(0, candidatesMax) }
      } finally {
        end()
      }
    },

    async recognizeAll (photo, { group, candidatesMax = 0, facesMax }, context = {}) {
      const scope = scopeOf(gallery, group, context.caller?.groups)
      const { search, candidatesOf, end } = candidates.startSearch(scope, candidatesMax)
      try {
        const { faces, ...size } = await inference.identifyAll(photo, facesMax, context, search)
        const among = faces.map(candidatesOf)
        const decided = nameFaces(among, decision.current(scope).tolerance, config.AMBIGUITY_MARGIN)
        return {
          ...size,
          faces: faces.map((found, i) => ({
            box: found.face.box,
            named: nameOf(found, decided[i]!, context),
            candidates: among[i]!.slice(0, candidatesMax)
          }))
        }
      } finally {
        end()
      }
    },

    async status (key, context = {}) {
      const record = await timePart(context, 'store get', () => store.get(key))
      return {
        userId: record?.userId ?? null,
        lastUpdated: record?.updatedAt ?? null,
        encodingCount: record?.encodings.length ?? 0
      }
    },

    async remove (key, context = {}) {
      const userId = await timePart(context, 'store update', async () => {
        await sightings.erase(key)
        return await store.erase(key)
      })
      if (userId === null && !context.isRepeat) throw new FaceError('USER_NOT_FOUND')
      return userId ?? userIdFromText(key)
    }
  }
}
