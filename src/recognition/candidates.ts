import type { Identification, Neighbour, Search } from '../../workers/protocol.ts'
import type { Config } from '../config.ts'
import type { Gallery } from '../gallery/gallery.ts'
import { distanceOf } from '../networks/distance.ts'
import { scaleOf, type RecognitionNetwork } from '../networks/find-network.ts'
import { areComparable, kindOf, madeKind } from '../networks/kinds.ts'
import type { Encoding, UserId } from '../store/encoding-store.ts'
import { candidatesAmong, type Candidate } from './enrolment-policy.ts'
import type { RecentChanges } from './recent-changes.ts'
import type { Scope } from './scope.ts'

/** What the inference threads tell of a face. */
export type Found = Pick<Identification, 'face' | 'neighbours' | 'previous'>

/** A face as a network sees it. */
export type FaceEncoding = Pick<Encoding, 'vector' | 'model' | 'kind'>

/** A search for the name of a face. */
export interface NameSearch {
  /** For the inference threads. */
  readonly search: Search
  /** Who may be named now, the nearest first. */
  candidatesOf (found: Found): Candidate[]
  end (): void
}

/** Who a face may be: users instead of their numbers, distances on the scale that all networks share. */
export interface Candidates {
  /** Whom the threads found, of both networks, the nearest first, without who was deleted since. */
  enrolled (found: Found): Candidate[]
  /**
   * Starts a search among these for the nearest so many, and two at least; the caller ends it. Users of whom a
   * rejection is nearer to the face than they are themselves are not among them.
   */
  startSearch (scope: Scope, usersMax?: number): NameSearch
  /** Whether a face that was rejected for the user is nearer to this one than the user is. */
  isRejected (candidate: Candidate, found: Found): boolean
  /** The face as each network that has seen it sees it. */
  encodingsOf (found: Found): FaceEncoding[]
}

/** The nearest, and the runner-up by whom the nearest is judged. */
const USERS_MIN = 2
/** So many rejected users, at most, may be nearer to a face than those wanted. */
const REJECTED_MAX = 30

const byDistance = (one: Candidate, other: Candidate): number => one.distance - other.distance

const isAmong = (candidates: readonly Candidate[], userId: UserId): boolean =>
  candidates.some((candidate) => candidate.userId === userId)

/** What one network makes of a face. */
interface View {
  encoding: FaceEncoding
  neighbours: readonly Neighbour[]
  scaled: (raw: number) => number
}

export interface CandidatesParts {
  config: Pick<Config, 'ENCODING_AUGMENT'>
  gallery: Pick<Gallery, 'userOf' | 'rowsOf' | 'isNamed' | 'rejectionsOf' | 'usersWithRejections'>
  changes: RecentChanges
  network: Pick<RecognitionNetwork, 'id' | 'calibration' | 'file'>
  /** What encoded the users that `network` does not know yet; null if there can be none. */
  previous: Pick<RecognitionNetwork, 'id' | 'calibration' | 'file'> | null
}

/** Makes it. */
export function createCandidates ({ config, gallery, changes, network, previous }: CandidatesParts): Candidates {
  const [present, before] = [network, previous].map((one) => (
    one && { kind: madeKind(one.id, config.ENCODING_AUGMENT), scaled: scaleOf(one) }
  ))

  function viewsOf ({ face, neighbours, previous: other }: Found): View[] {
    const seen = [
      { by: present, encoding: face.encoding, neighbours },
      ...other ? [{ by: before, ...other }] : []
    ]
    return seen.flatMap(({ by, encoding: vector, neighbours }) => (
      by ? [{ encoding: { vector, ...by.kind }, neighbours, scaled: by.scaled }] : []
    ))
  }

  function enrolled (views: readonly View[]): Candidate[] {
    const candidates: Candidate[] = []
    for (const { neighbours, scaled } of views) {
      for (const { user, distance } of neighbours) {
        const userId = gallery.userOf(user)
        // Who has just registered again may be known to both.
        if (userId === undefined || isAmong(candidates, userId)) continue
        candidates.push({ userId, distance: scaled(distance) })
      }
    }
    return candidates.sort(byDistance)
  }

  /** Whether some face that is not the user's is nearer than the user. */
  function isRejected ({ userId, distance }: Candidate, views: readonly View[]): boolean {
    const isNearer = (face: FaceEncoding): boolean => views.some(({ encoding, scaled }) => (
      areComparable(kindOf(face), kindOf(encoding)) && scaled(distanceOf(face.vector, encoding.vector)) < distance
    ))
    return gallery.rejectionsOf(userId).some(({ encodings }) => encodings.some(isNearer))
  }

  return {
    enrolled: (found) => enrolled(viewsOf(found)),
    startSearch (scope, wanted = USERS_MIN) {
      const stored = changes.follow()
      const usersMax = Math.max(USERS_MIN, wanted) + Math.min(REJECTED_MAX, gallery.usersWithRejections())
      return {
        search: { usersMax, ...scope && { rows: gallery.rowsOf(scope) } },
        candidatesOf (found) {
          const views = viewsOf(found)
          // The rows of groups are those of the start: who was stored since may have others.
          const changed = scope
            ? views.flatMap(({ encoding, scaled }) => candidatesAmong(stored.records(), encoding, scaled))
            : []
          const others = enrolled(views).filter(({ userId }) => !isAmong(changed, userId))
          const now = Date.now()
          return [...changed, ...others].sort(byDistance)
            .filter((one) => gallery.isNamed(one.userId, scope, now) && !isRejected(one, views))
        },
        end: stored.end
      }
    },
    isRejected: (candidate, found) => isRejected(candidate, viewsOf(found)),
    encodingsOf: (found) => viewsOf(found).map(({ encoding }) => encoding)
  }
}
