import { distanceOf } from '../../src/networks/distance.ts'
import type { DistanceOf, Encodings } from './comparisons.ts'
import type { Person } from './dataset.ts'
import type { Distances } from './error-rates.ts'

/** Searches of an enrolled gallery by people who are in it and by strangers. */
export interface OpenSet {
  enrolledPeople: number
  enrolledPhotos: number
  /** People none of whose photos for enrolment has a face: their searches all miss. */
  notEnrolledPeople: number
  /** Searches by enrolled people. */
  probes: number
  undetectedProbes: number
  /** Searches by strangers with a face; the others are left out, they could only make the server look better. */
  strangers: number
  undetectedStrangers: number
  /** Share of the probes, 0..1, whose nearest enrolled person is the right one, however far. */
  rank1: number
  /**
   * Of the probes to the right person if that is the nearest, else Infinity, and of the strangers to the
   * nearest. Its FRR is the false negative identification rate at rank 1, its FAR the false positive one
   * (ISO/IEC 19795-1; NIST IR 8271).
   */
  distances: Distances
}

interface Entry { person: number, encoding: Float32Array }

function nearest (
  gallery: readonly Entry[], probe: Float32Array, between: DistanceOf
): { person: number, distance: number } {
  let best = { person: -1, distance: Infinity }
  for (const { person, encoding } of gallery) {
    const distance = between(encoding, probe)
    if (distance < best.distance) best = { person, distance }
  }
  return best
}

/**
 * Enrols the first `enrol` photos of everybody who has more, one less than all of who has not, and searches with the
 * rest. People with a single photo are strangers.
 */
export function searchOpenSet (
  people: readonly Person[], encodings: Encodings, enrol: number, between: DistanceOf = distanceOf
): OpenSet {
  const known = people.flatMap(({ photos }, person) =>
    photos.length > 1 ? [{ person, photos, enrolled: Math.min(enrol, photos.length - 1) }] : [])
  const gallery = known.flatMap(({ person, photos, enrolled }) =>
    photos.slice(0, enrolled).flatMap((photo) => encodings[photo] ?? [])
      .map((encoding): Entry => ({ person, encoding })))
  const enrolledPeople = new Set(gallery.map(({ person }) => person)).size

  const searches = known.flatMap(({ person, photos, enrolled }) => (
    photos.slice(enrolled).map((photo) => ({ person, probe: encodings[photo] }))
  ))
  const genuine = Float64Array.from(searches, ({ person, probe }) => {
    const found = probe ? nearest(gallery, probe, between) : null
    return found?.person === person ? found.distance : Infinity
  }).sort()

  const singles = people.filter(({ photos }) => photos.length === 1)
  const strangers = singles.flatMap(({ photos }) => photos.flatMap((photo) => encodings[photo] ?? []))
  const impostor = Float64Array.from(strangers, (probe) => nearest(gallery, probe, between).distance).sort()

  return {
    enrolledPeople,
    enrolledPhotos: gallery.length,
    notEnrolledPeople: known.length - enrolledPeople,
    probes: searches.length,
    undetectedProbes: searches.filter(({ probe }) => !probe).length,
    strangers: strangers.length,
    undetectedStrangers: singles.length - strangers.length,
    rank1: genuine.filter((distance) => distance < Infinity).length / genuine.length,
    distances: { genuine, impostor }
  }
}
