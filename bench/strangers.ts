import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { loadConfig } from '../src/config.ts'
import { CATALOGUE, DEFAULT_NETWORK, idOf } from '../src/networks/catalogue.ts'
import { dataFolder } from '../src/store/folder/layout.ts'
import type { UserRecord } from '../src/store/encoding-store.ts'
import { encodeRecord } from '../src/store/record/codec.ts'
import type { Extra } from './network.ts'

export const ENCODINGS_PER_USER = 5
/** Euclidean length of a typical encoding that does not lie on the unit sphere. */
const NORM = 1.4

/** What encodings of a server with these variables are like. */
export interface EncodingKind {
  model: string
  length: number
  norm: number
}

/** Of the network of the catalogue that the variables name, beside those of this process. */
export function kindOf (env: Extra = {}): EncodingKind {
  const config = loadConfig({ ...process.env, ...env })
  const { RECOGNITION_NETWORK: name = DEFAULT_NETWORK, ENCODING_ARITHMETIC: format } = config
  const { length, unit } = CATALOGUE[name]
  return { model: idOf(name, format), length, norm: unit ? 1 : NORM }
}

/** Always the same vectors, which resemble no face. */
function randomVector (seed: number, { length, norm: wanted }: EncodingKind): Float32Array {
  let state = seed
  const vector = Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
  const norm = Math.hypot(...vector)
  return vector.map((value) => value * wanted / norm)
}

/** A user with so many encodings, of which the first has the number `first`. */
export function stranger (first: number, kind: EncodingKind, encodings = ENCODINGS_PER_USER): UserRecord {
  const registeredAt = new Date(0).toISOString()
  return {
    userId: 1_000_000 + first,
    updatedAt: registeredAt,
    encodings: Array.from({ length: encodings }, (_, i) => (
      { vector: randomVector(first + i + 1, kind), quality: 1, registeredAt, model: kind.model }
    ))
  }
}

/** Writes the encodings with these numbers as users of `perUser` each. */
export function addStrangers (
  dir: string, from: number, to: number, kind: EncodingKind, perUser = ENCODINGS_PER_USER
): void {
  const folder = dataFolder(dir)
  const made = new Set<string>()
  for (let first = from; first < to; first += perUser) {
    const record = stranger(first, kind, Math.min(perUser, to - first))
    const key = String(record.userId)
    const path = folder.userPath(key)
    if (!made.has(dirname(path))) mkdirSync(dirname(path), { recursive: true })
    made.add(dirname(path))
    writeFileSync(path, encodeRecord(key, record).bytes)
  }
}
