import { readFile } from 'node:fs/promises'
import { CommandError } from '../../commands/command-error.ts'
import { SCALE } from '../../src/networks/calibration.ts'
import { distanceOf } from '../../src/networks/distance.ts'
import { rateOf, type Rate, type Weights } from './bootstrap.ts'
import type { DistanceOf, Encodings } from './comparisons.ts'
import type { Person } from './dataset.ts'
import { doorRates, type DoorRates, type Outcome } from './door-rates.ts'

/** Indices of people by the name of their group; one person may be in several. */
export type Groups = ReadonlyMap<string, ReadonlySet<number>>

/** How a group of people fares at the door, and how alike its people are to the network. */
export interface GroupRates extends DoorRates {
  group: string
  people: number
  photos: number
  /** Pairs of different people of the group: how many are accepted at distances where `promised` of all pairs are. */
  falseAccepts: Array<{ distance: number, promised: number, rate: Rate }>
}

const LINE = /^(.+?)\s*[,\t]\s*([^,\t]+)$/

/**
 * Reads lines `NAME, GROUP`, or with a tab between; # begins a comment. People who are left out may be named. Throws
 * {@link CommandError} with file and line for anything else.
 */
export async function readGroups (
  file: string, people: readonly Person[], leftOut: ReadonlySet<string>
): Promise<Groups> {
  const text = await readFile(file, 'utf8').catch((err: NodeJS.ErrnoException) => {
    throw new CommandError(`${file}: cannot be read (${err.code})`)
  })
  const indexOf = new Map(people.map(({ name }, person) => [name, person]))
  const groups = new Map<string, Set<number>>()
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, name = '', group = ''] = LINE.exec(line) ?? []
    const wrong = (what: string): CommandError => new CommandError(`${file} line ${i + 1}: ${what}`)
    if (group === '') throw wrong(`expected NAME, GROUP, found ${JSON.stringify(line)}`)
    if (leftOut.has(name)) continue
    const person = indexOf.get(name)
    if (person === undefined) throw wrong(`nobody is called ${JSON.stringify(name)}`)
    groups.set(group, (groups.get(group) ?? new Set()).add(person))
  }
  return groups
}

type Pair = readonly [one: number, other: number, distance: number]

/** The pairs of different people of a group that are at most `max` apart. */
function nearPairs (
  members: readonly number[], vectors: ReadonlyArray<readonly Float32Array[]>, max: number, between: DistanceOf
): Pair[] {
  const near: Pair[] = []
  for (const [i, one] of members.entries()) {
    for (const other of members.slice(0, i)) {
      for (const a of vectors[one]!) {
        for (const b of vectors[other]!) {
          const distance = between(a, b)
          if (distance <= max) near.push([one, other, distance])
        }
      }
    }
  }
  return near
}

/** Rates of each group, from outcomes at a door and all pairs of its people; `scaled` puts distances on the scale. */
export function measureGroups (
  groups: Groups,
  { people, encodings, scaled }: {
    people: readonly Person[], encodings: Encodings, scaled: (raw: number) => number
  },
  outcomes: readonly Outcome[],
  draws: readonly Weights[]
): GroupRates[] {
  const vectors = people.map(({ photos }) => photos.flatMap((photo) => encodings[photo] ?? []))
  const between: DistanceOf = (one, other) => scaled(distanceOf(one, other))
  const points = SCALE.slice(1)
  return [...groups].map(([group, members]) => {
    const persons = [...members]
    const near = nearPairs(persons, vectors, points.at(-1)!.distance, between)
    function pairsAmong (weights: Weights): number {
      let [photos, own] = [0, 0]
      for (const person of persons) {
        const count = weights[person]! * vectors[person]!.length
        photos += count
        own += count * count
      }
      return (photos * photos - own) / 2
    }
    return {
      group,
      people: persons.length,
      photos: persons.reduce((sum, person) => sum + vectors[person]!.length, 0),
      ...doorRates(outcomes.filter(({ person }) => members.has(person)), draws),
      falseAccepts: points.map(({ distance, far }) => {
        const accepted = near.filter(([, , apart]) => apart <= distance)
        const rate = rateOf((weights) => {
          let happened = 0
          for (const [one, other] of accepted) happened += weights[one]! * weights[other]!
          return happened / pairsAmong(weights)
        }, draws, pairsAmong(new Uint16Array(people.length).fill(1)))
        return { distance, promised: far, rate }
      })
    }
  })
}
