import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGallery, type Gallery } from '../../../src/gallery/gallery.ts'
import { SCALE, type Calibration } from '../../../src/networks/calibration.ts'
import { createCandidates, type Candidates, type NameSearch } from '../../../src/recognition/candidates.ts'
import { createRecentChanges } from '../../../src/recognition/recent-changes.ts'
import { scopeOf } from '../../../src/recognition/scope.ts'
import type { StoreChange, UserRecord } from '../../../src/store/encoding-store.ts'
import { createMatcher } from '../../../workers/pipeline/match.ts'
import { seeded, type Random } from '../../support/seeded.ts'
import { NETWORK, record } from '../gallery/helper.ts'

const ERA_BEFORE = '2020-01-01T00:00:00Z'

interface People {
  gallery: Gallery
  candidates: Candidates
  store (userId: number, vector: Float32Array, about?: Partial<UserRecord>): void
  /** Whom a search of a face finds, as an inference thread does it. */
  named (search: NameSearch, face: Float32Array): unknown[]
}

/** As a server knows them. */
function people (): People {
  const gallery = createGallery(NETWORK)
  const listeners = [gallery.apply]
  const changes = createRecentChanges({ onChange: (listener) => { listeners.push(listener) } })
  const calibration: Calibration = [SCALE[0].distance, SCALE[1].distance, SCALE[2].distance]
  const network = { id: NETWORK, calibration, file: null }
  const matchFace = createMatcher(gallery.memory)
  return {
    gallery,
    candidates: createCandidates({ config: { ENCODING_AUGMENT: 'none' }, gallery, changes, network, previous: null }),
    store (userId, vector, about) {
      const change: StoreChange = { key: String(userId), record: record(userId, [vector], about) }
      for (const listener of listeners) listener(change)
    },
    named ({ search, candidatesOf }, encoding) {
      const neighbours = matchFace(encoding, { ...search, runs: search.rows?.present })
      const face = { encoding, score: 1, box: { left: 0, top: 0, width: 1, height: 1 } }
      return candidatesOf({ face, neighbours, previous: null }).map(({ userId }) => userId)
    }
  }
}

const vectors = (random: Random, count: number): Float32Array[] =>
  Array.from({ length: count }, () => Float32Array.from({ length: 128 }, () => random() * 0.1))

test('a search of groups knows who was stored after it began, as they are now, and forgets who left', (t) => {
  const [anna, bert, clara, dora] = vectors(seeded(t), 4) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const { candidates, store, named } = people()
  store(1, anna, { groups: ['day'] })
  store(2, bert, { groups: ['day'] })
  store(3, clara)
  for (const [probe, wanted] of [[anna, 1], [bert, 2]] as const) {
    const search = candidates.startSearch(['day'])
    assert.equal(named(search, probe)[0], wanted)
    assert.equal(named(search, clara).includes(3), false)
    search.end()
  }
  const search = candidates.startSearch(['day'])
  store(1, dora, { groups: ['day'] })
  store(2, bert, { groups: ['night'] })
  store(3, clara, { groups: ['night', 'day'] })
  assert.equal(named(search, dora)[0], 1)
  assert.equal(named(search, clara)[0], 3)
  assert.equal(named(search, bert).includes(2), false)
  search.end()
  const later = candidates.startSearch(['night'])
  assert.deepEqual(new Set(named(later, dora)), new Set([2, 3]))
  later.end()
})

test('somebody who may not be named now is no candidate, whatever the search has found', (t) => {
  const [anna, bert] = vectors(seeded(t), 2) as [Float32Array, Float32Array]
  const { candidates, store, named, gallery } = people()
  store(1, anna)
  store(2, bert)
  const search = candidates.startSearch(null)
  // Found before, answered after.
  const neighbours = createMatcher(gallery.memory)(anna)
  store(1, anna, { validUntil: ERA_BEFORE })
  const face = { encoding: anna, score: 1, box: { left: 0, top: 0, width: 1, height: 1 } }
  assert.deepEqual(search.candidatesOf({ face, neighbours, previous: null }).map(({ userId }) => userId), [2])
  assert.deepEqual(named(search, anna), [2])
  assert.deepEqual(candidates.enrolled({ face, neighbours, previous: null }).map(({ userId }) => userId), [1, 2])
  search.end()
})

test('a request searches the group that it names if its key allows it, or all that the key allows', (t) => {
  const [anna] = vectors(seeded(t), 1) as [Float32Array]
  const { gallery, store } = people()
  store(1, anna, { groups: ['day'] })
  assert.equal(scopeOf(gallery, undefined, undefined), null)
  assert.deepEqual(scopeOf(gallery, 'day', undefined), ['day'])
  assert.deepEqual(scopeOf(gallery, undefined, ['day', 'night']), ['day', 'night'])
  assert.deepEqual(scopeOf(gallery, 'night', ['day', 'night']), ['night'])
  assert.throws(() => scopeOf(gallery, 'night', undefined), { code: 'GROUP_NOT_FOUND' })
  for (const group of ['day', 'dusk']) {
    assert.throws(() => scopeOf(gallery, group, ['night']), { code: 'GROUP_NOT_ALLOWED' })
  }
  assert.throws(() => scopeOf(gallery, 'day', []), { code: 'GROUP_NOT_ALLOWED' })
})

test('who is further from a face than a rejected one is no candidate, and hides nobody', (t) => {
  const random = seeded(t)
  const between = (one: Float32Array, other: Float32Array, share: number): Float32Array =>
    one.map((value, i) => value + share * (other[i]! - value))
  const [anna, twin, other, far] = vectors(random, 4) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const { candidates, store, named } = people()
  const asked = (face: Float32Array): unknown[] => {
    const search = candidates.startSearch(null)
    search.end()
    return named(search, face)
  }
  // Of the way from Anna to the face of her twin: those that stand nearer to the twin's face are the twin's.
  const rejected = (vector: Float32Array, model = NETWORK): Partial<UserRecord> => ({
    rejections: [{ id: '1', rejectedAt: '2026-01-01T00:00:00Z', encodings: [{ vector, model }] }]
  })
  store(2, other)
  store(3, far)
  store(1, anna)
  assert.equal(asked(between(anna, twin, 0.4))[0], 1)
  assert.equal(asked(between(anna, twin, 0.6))[0], 1)
  store(1, anna, rejected(twin))
  assert.equal(asked(between(anna, twin, 0.4))[0], 1)
  const others = asked(between(anna, twin, 0.6))
  assert.deepEqual(new Set(others), new Set([2, 3]))
  // Distances to encodings of another network mean nothing.
  store(1, anna, rejected(twin, 'another-network'))
  assert.equal(asked(between(anna, twin, 0.6))[0], 1)
  // A face may be her own and rejected: then it is hers.
  store(1, anna, rejected(anna))
  assert.equal(asked(anna)[0], 1)
  store(1, anna)
  assert.equal(asked(between(anna, twin, 0.6))[0], 1)
})
