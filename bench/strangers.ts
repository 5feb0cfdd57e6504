import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { FACE_API_NETWORK } from '../src/recognition/network.ts'
import { dataFolder } from '../src/store/folder/layout.ts'
import type { UserRecord } from '../src/store/encoding-store.ts'
import { encodeRecord } from '../src/store/record/codec.ts'
import { ENCODING_LENGTH } from '../workers/backends/backend.ts'

export const ENCODINGS_PER_USER = 5
/** Length of a typical encoding. */
const NORM = 1.4

/** Always the same vectors, which resemble no face. */
function randomVector (seed: number): Float32Array {
  let state = seed
  const vector = Float32Array.from({ length: ENCODING_LENGTH }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
  const norm = Math.hypot(...vector)
  return vector.map((value) => value * NORM / norm)
}

/** A user with so many encodings, of which the first has the number `first`. */
export function stranger (first: number, encodings = ENCODINGS_PER_USER): UserRecord {
  const registeredAt = new Date(0).toISOString()
  return {
    userId: 1_000_000 + first,
    updatedAt: registeredAt,
    encodings: Array.from(
      { length: encodings },
      (_, i) => ({ vector: randomVector(first + i + 1), quality: 1, registeredAt, model: FACE_API_NETWORK.id })
    )
  }
}

/** Writes the encodings with these numbers as users of `perUser` each. */
export function addStrangers (dir: string, from: number, to: number, perUser = ENCODINGS_PER_USER): void {
  const folder = dataFolder(dir)
  const made = new Set<string>()
  for (let first = from; first < to; first += perUser) {
    const record = stranger(first, Math.min(perUser, to - first))
    const key = String(record.userId)
    const path = folder.userPath(key)
    if (!made.has(dirname(path))) mkdirSync(dirname(path), { recursive: true })
    made.add(dirname(path))
    writeFileSync(path, encodeRecord(key, record).bytes)
  }
}
