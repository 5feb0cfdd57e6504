import type { Identification, Neighbour, Search } from '../../workers/protocol.ts'
import type { Gallery } from '../gallery/gallery.ts'
import { scaleOf, type RecognitionNetwork } from '../networks/find-network.ts'
import { candidatesAmong, type Candidate } from './enrolment-policy.ts'
import type { RecentChanges } from './recent-changes.ts'
import type { Scope } from './scope.ts'

/** What the inference threads tell of a face. */
type Found = Pick<Identification, 'face' | 'neighbours' | 'previous'>

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
  enrolled (found: Pick<Found, 'neighbours' | 'previous'>): Candidate[]
  /** Starts a search among these for the nearest so many, and two at least. The caller ends it. */
  startSearch (scope: Scope, usersMax?: number): NameSearch
}

/** The nearest, and the runner-up by whom the nearest is judged. */
const USERS_MIN = 2

const byDistance = (one: Candidate, other: Candidate): number => one.distance - other.distance

const includes = (candidates: readonly Candidate[], { userId }: Candidate): boolean =>
  candidates.some((candidate) => candidate.userId === userId)

export interface CandidatesParts {
  gallery: Pick<Gallery, 'userOf' | 'rowsOf' | 'isNamed'>
  changes: RecentChanges
  network: Pick<RecognitionNetwork, 'id' | 'calibration' | 'file'>
  previous: Pick<RecognitionNetwork, 'calibration' | 'file'> | null
}

/** Makes it. */
export function createCandidates ({ gallery, changes, network, previous }: CandidatesParts): Candidates {
  const scaled = scaleOf(network)
  const previousScaled = previous ? scaleOf(previous) : scaled

  function usersOf (neighbours: readonly Neighbour[], scale: typeof scaled): Candidate[] {
    return neighbours.flatMap(({ user, distance }) => {
      const userId = gallery.userOf(user)
      return userId !== undefined ? [{ userId, distance: scale(distance) }] : []
    })
  }

  function enrolled ({ neighbours, previous: other }: Pick<Found, 'neighbours' | 'previous'>): Candidate[] {
    const known = usersOf(neighbours, scaled)
    // A user who has just registered again may be in both.
    const others = usersOf(other?.neighbours ?? [], previousScaled).filter((one) => !includes(known, one))
    return [...known, ...others].sort(byDistance)
  }

  return {
    enrolled,
    startSearch (scope, usersMax = USERS_MIN) {
      const stored = changes.follow()
      return {
        search: { usersMax: Math.max(USERS_MIN, usersMax), ...scope && { rows: gallery.rowsOf(scope) } },
        candidatesOf (found) {
          const encoding = { vector: found.face.encoding, model: network.id }
          // The rows of groups are those of the start: who was stored since may have others.
          const changed = scope ? candidatesAmong(stored.records(), encoding, scaled) : []
          const others = enrolled(found).filter((one) => !includes(changed, one))
          const now = Date.now()
          return [...changed, ...others].sort(byDistance).filter(({ userId }) => gallery.isNamed(userId, scope, now))
        },
        end: stored.end
      }
    }
  }
}
