import type { Enrolment } from '../../workers/protocol.ts'
import type { RequestContext } from '../request-context.ts'
import { FaceError } from '../errors.ts'
import type { Encoding, UserId, UserRecord } from '../store/encoding-store.ts'
import { areComparable, kindOf } from '../networks/kinds.ts'
import { distanceOf } from '../networks/distance.ts'
import { adviceOn, qualityOf, sizeComplaint, type Quality } from './quality-policy.ts'

/** The face's quality. Throws `LOW_QUALITY`, saying what to do, for a face that is too small or not good enough. */
export function checkQuality ({ face, quality: measures }: Enrolment, threshold: number): Quality {
  const quality = qualityOf(measures)
  const tooSmall = sizeComplaint(face.box)
  const complaints = adviceOn(face.box, measures, threshold).map(({ message }) => message)
  if (complaints.length === 0) return quality
  throw new FaceError('LOW_QUALITY', {
    message: tooSmall ? `T${tooSmall.slice(1)}` : `The photo is not good enough: ${complaints.join('; ')}`,
    details: { quality }
  })
}

/** Somebody enrolled and how far from the face in question. */
export interface Candidate {
  userId: UserId
  distance: number
}

/**
 * Throws `FACE_ALREADY_REGISTERED` when a candidate who is not the user `key` is nearer than `tolerance`; 0 allows
 * everybody. It says who only to administrators: others could learn the name that belongs to a photo.
 */
export function checkDuplicate (
  candidates: readonly Candidate[],
  key: string,
  tolerance: number,
  { caller }: RequestContext
): void {
  const other = candidates.find(({ userId, distance }) => String(userId) !== key && distance < tolerance)
  if (other) {
    const details = caller?.role === 'admin' ? { user_id: other.userId } : {}
    throw new FaceError('FACE_ALREADY_REGISTERED', { details })
  }
}

/**
 * At most `max` of a user's encodings; the last of them was just acknowledged and stays. Dropped first are those of a
 * kind that the last one cannot be compared with; then, one at a time, the most redundant: the one nearest to another,
 * which the others represent best, and of two such the older one.
 */
export function keepMostUseful (encodings: readonly Encoding[], max: number): Encoding[] {
  const kept = [...encodings]
  while (kept.length > max) {
    const last = kept.at(-1)!
    const other = kept.findIndex((encoding) => !areComparable(kindOf(encoding), kindOf(last)))
    kept.splice(other >= 0 ? other : leastUseful(kept), 1)
  }
  return kept
}

/** Which of the encodings, but for the last, is nearest to another one. */
function leastUseful (encodings: readonly Encoding[]): number {
  let least = 0
  let nearest = Infinity
  for (const [i, one] of encodings.slice(0, -1).entries()) {
    for (const other of encodings.slice(i + 1)) {
      const distance = distanceOf(one.vector, other.vector)
      if (distance >= nearest) continue
      nearest = distance
      least = i
    }
  }
  return least
}

/** Users of these records who have an encoding that may be compared with this one, with the distance of the nearest. */
export function candidatesAmong (
  records: Iterable<UserRecord>, { vector, ...kind }: Pick<Encoding, 'vector' | 'model' | 'kind'>,
  scaled: (raw: number) => number
): Candidate[] {
  const candidates: Candidate[] = []
  for (const { userId, encodings } of records) {
    const comparable = encodings.filter((other) => areComparable(kindOf(other), kindOf(kind)))
    if (comparable.length === 0) continue
    const distances = comparable.map((other) => distanceOf(other.vector, vector))
    candidates.push({ userId, distance: scaled(Math.min(...distances)) })
  }
  return candidates
}

/** Whether the user has an encoding that may be compared with this one. */
export function isComparable (encoding: Encoding, present: UserRecord | null): boolean {
  return present?.encodings.some((other) => areComparable(kindOf(other), kindOf(encoding))) ?? false
}

/** Throws `FACE_MISMATCH` when the encoding is further than `tolerance` from all comparable ones that the user has. */
export function checkResemblance (
  encoding: Encoding, present: UserRecord | null, scaled: (raw: number) => number, tolerance: number
): void {
  const comparable = present?.encodings.filter((other) => areComparable(kindOf(other), kindOf(encoding))) ?? []
  if (comparable.length === 0) return
  const isFar = ({ vector }: Encoding): boolean => scaled(distanceOf(vector, encoding.vector)) > tolerance
  if (comparable.every(isFar)) throw new FaceError('FACE_MISMATCH')
}
