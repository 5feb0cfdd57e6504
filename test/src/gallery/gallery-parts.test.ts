import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createGallery } from '../../../src/gallery/gallery.ts'
import { createMatcher } from '../../../workers/pipeline/match.ts'
import type { Neighbour } from '../../../workers/protocol.ts'
import { seeded, type Random } from '../../support/seeded.ts'
import { enrol, nearest, NETWORK } from './helper.ts'

const PREVIOUS = 'the-one-before'
const GROUPS = ['night', 'day', 'canteen', 'käfig 3']
/** Threads run compiled code (`npm run build`). */
const COMPILED = JSON.stringify(new URL('../../../dist/workers/pipeline/match.js', import.meta.url).href)
const HOUR_MS = 3_600_000

const randomVector = (random: Random): Float32Array => Float32Array.from({ length: 128 }, () => random() * 0.3 - 0.15)

test('a search of groups finds the nearest of their people, whoever comes, goes or moves', (t) => {
  const random = seeded(t)
  const gallery = createGallery(NETWORK, PREVIOUS)
  const searches = [
    { model: NETWORK, part: 'present', matchFace: createMatcher(gallery.memory) },
    { model: PREVIOUS, part: 'previous', matchFace: createMatcher(gallery.previousMemory!) }
  ] as const
  const people = new Map<number, { vectors: Float32Array[], model: string, groups: string[] }>()
  for (let step = 0; step < 3000; step++) {
    const userId = random.below(150)
    if (random() < 0.2) {
      people.delete(userId)
      gallery.apply({ key: String(userId), record: null })
    } else {
      // Some move with the encodings that they have.
      const known = people.get(userId)
      const vectors = known && random() < 0.5
        ? known.vectors
        : Array.from({ length: 1 + random.below(4) }, () => randomVector(random))
      const groups = GROUPS.filter(() => random() < 0.3)
      const model = random.of([NETWORK, PREVIOUS])
      people.set(userId, { vectors, model, groups })
      enrol(gallery, userId, vectors, { groups }, model)
    }
    if (step % 10 !== 0) continue
    const names = [GROUPS.slice(0, 1), GROUPS.slice(1, 3), GROUPS, ['nobody'], []][step / 10 % 5]!
    const probe = randomVector(random)
    const rows = gallery.rowsOf(names)
    for (const { model, part, matchFace } of searches) {
      const members = [...people]
        .filter(([, one]) => one.model === model && one.groups.some((name) => names.includes(name)))
        .map(([userId, { vectors }]) => [userId, vectors] as const)
      const found = matchFace(probe, { usersMax: 5, runs: rows[part] })
        .map(({ user, distance }) => ({ userId: gallery.userOf(user), distance }))
      assert.deepEqual(found, nearest(members, probe).slice(0, 5))
    }
    for (const name of GROUPS) {
      const own = [...people.values()].filter(({ groups }) => groups.includes(name))
      assert.equal(gallery.hasGroup(name), own.length > 0)
      assert.equal(gallery.comparedIn([name]), own.reduce((sum, { vectors }) => sum + vectors.length, 0))
    }
    assert.ok(gallery.comparedIn(GROUPS) <= gallery.counts().compared)
  }
})

test('a group is searched by other threads as it was when the search was asked for, however it changes', async (t) => {
  const random = seeded(t)
  const gallery = createGallery(NETWORK)
  const source = `
    const { parentPort, workerData } = require('node:worker_threads')
    import(${COMPILED}).then(({ createMatcher }) => {
      const matchFace = createMatcher(workerData)
      parentPort.on('message', ({ probe, runs }) => parentPort.postMessage(matchFace(probe, { runs })))
      parentPort.postMessage('ready')
    })`
  const worker = new Worker(source, { eval: true, workerData: gallery.memory })
  t.after(() => worker.terminate())
  const answer = (): Promise<unknown> =>
    new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  assert.equal(await answer(), 'ready')
  const vectors = Array.from({ length: 3000 }, () => randomVector(random))
  for (const [userId, vector] of vectors.entries()) {
    enrol(gallery, userId, [vector], { groups: userId % 3 === 0 ? ['third'] : [] })
    if (userId % 300 !== 299) continue
    const { present: runs } = gallery.rowsOf(['third'])
    const member = userId - userId % 3
    const found = answer()
    worker.postMessage({ probe: vectors[member], runs })
    enrol(gallery, member, [vectors[member]!])
    const [best] = await found as Neighbour[]
    assert.deepEqual([gallery.userOf(best!.user), best!.distance], [member, 0])
    // Whoever asks for the name learns that it is no longer to be told.
    assert.equal(gallery.isNamed(member, ['third'], Date.now()), false)
    assert.equal(gallery.isNamed(member, null, Date.now()), true)
  }
})

test('somebody is named from one moment on until another one, and does not hide others before and after', (t) => {
  const random = seeded(t)
  const now = Date.now()
  const at = (hours: number): string => new Date(now + hours * HOUR_MS).toISOString()
  const gallery = createGallery(NETWORK)
  const matchFace = createMatcher(gallery.memory)
  const [mine, yours, theirs] = [1, 2, 3].map(() => randomVector(random)) as [Float32Array, Float32Array, Float32Array]
  enrol(gallery, 1, [mine], { validFrom: at(1), validUntil: at(3) })
  enrol(gallery, 2, [yours], { validUntil: at(-1) })
  enrol(gallery, 3, [theirs])
  const found = (probe: Float32Array, alsoInactive = false): unknown[] =>
    matchFace(probe, { alsoInactive }).map(({ user }) => gallery.userOf(user))
  const named = (moment: number): number[] => [1, 2, 3].filter((userId) => gallery.isNamed(userId, null, moment))
  assert.deepEqual(found(mine), [3])
  assert.equal(found(mine, true)[0], 1)
  for (const [hours, userIds] of [[0.5, [3]], [1, [1, 3]], [2, [1, 3]], [3, [3]], [4, [3]]] as const) {
    gallery.updateValidity(now + hours * HOUR_MS)
    assert.deepEqual(named(now + hours * HOUR_MS), userIds)
    assert.deepEqual(new Set(found(mine)), new Set(userIds))
    assert.equal(found(yours, true)[0], 2)
  }
  // A change of the record counts at once.
  enrol(gallery, 1, [mine])
  enrol(gallery, 3, [theirs], { validFrom: at(1) })
  assert.deepEqual(found(theirs), [1])
  gallery.apply({ key: '2', record: null })
  gallery.updateValidity(now + HOUR_MS)
  assert.deepEqual(found(theirs), [3, 1])
})
