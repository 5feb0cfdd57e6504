import type { UserId } from '../store/encoding-store.ts'
import { decide } from './decision.ts'
import type { Candidate } from './enrolment-policy.ts'

/**
 * Who the faces of one photo are, each given its candidates, the nearest first. Nobody is in a photo twice: the face
 * and the user who are nearest to each other belong together, then the nearest of those who are left, and so on. Each
 * face is decided by the rule for one alone, among the users whom no nearer face has been named as. A second choice
 * names no stranger more often than the rule allows, which counts the users within `tolerance`, whoever is nearest.
 */
export function nameFaces (
  faces: ReadonlyArray<readonly Candidate[]>, tolerance: number, margin: number
): Array<ReturnType<typeof decide>> {
  const pairs = faces.flatMap((candidates, face) => candidates.map((candidate) => ({ face, candidate })))
  pairs.sort((one, other) => one.candidate.distance - other.candidate.distance)
  const named = new Map<number, ReturnType<typeof decide>>()
  const taken = new Set<UserId>()
  for (const { face, candidate } of pairs) {
    if (named.has(face) || taken.has(candidate.userId)) continue
    const decided = decide(faces[face]!.filter(({ userId }) => !taken.has(userId)), tolerance, margin)
    named.set(face, decided)
    if (typeof decided !== 'string') taken.add(decided.userId)
  }
  return faces.map((_, face) => named.get(face) ?? 'unknown')
}
