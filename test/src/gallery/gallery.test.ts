import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { centreOf } from '../../../src/gallery/centre.ts'
import { createGallery, type Gallery } from '../../../src/gallery/gallery.ts'
import { createMatcher } from '../../../workers/pipeline/match.ts'
import { GALLERY, toFixedPoint } from '../../../workers/gallery-layout.ts'
import type { Neighbour } from '../../../workers/protocol.ts'
import { distance, enrol, nearest, NETWORK, record } from './helper.ts'

/** Threads run compiled code (`npm run build`). */
const COMPILED = JSON.stringify(new URL('../../../dist/workers/pipeline/match.js', import.meta.url).href)

/** How often a search beside changes finds, or searches, before the test ends. */
const MEETINGS = 20
const SEARCHES = 2_000

/** Numbers of the same kind as encodings, the same each time. */
function randomVectors (count: number, seed = 1, length = 128): Float32Array[] {
  let state = seed
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  return Array.from({ length: count }, () => Float32Array.from({ length }, () => next() * 0.3))
}

/** Of the encodings as they were given. */
const trueDistance = (one: Float32Array, other: Float32Array): number =>
  Math.sqrt(one.reduce((sum, value, i) => sum + (value - other[i]!) * (value - other[i]!), 0))

/** Whether the memory of the gallery has the numbers of the encoding anywhere. */
function holds (gallery: Gallery, vector: Float32Array): boolean {
  const numbers = new Int16Array(vector.length)
  toFixedPoint(vector, numbers)
  return Buffer.from(gallery.memory.buffer).includes(Buffer.from(numbers.buffer))
}

function assertSame (gallery: Gallery, people: Map<number, Float32Array[]>, probe: Float32Array): void {
  const wanted = nearest(people, probe)
  for (const usersMax of [1, 2, 10]) {
    const found = createMatcher(gallery.memory)(probe, { usersMax })
      .map(({ user, distance }) => ({ userId: gallery.userOf(user), distance }))
    assert.deepEqual(found, wanted.slice(0, usersMax))
  }
}

test('an empty gallery matches nobody', () => {
  assert.deepEqual(createMatcher(createGallery(NETWORK).memory)(new Float32Array(128)), [])
})

test('the nearest users are those of an exhaustive comparison, however many, through any history', () => {
  const gallery = createGallery(NETWORK)
  const people = new Map<number, Float32Array[]>()
  const vectors = randomVectors(6000)
  const probes = randomVectors(20, 99)
  for (let step = 0; step < 1500; step++) {
    const userId = (step * 7919) % 211
    if (step % 5 === 4) {
      people.delete(userId)
      gallery.apply({ key: String(userId), record: null })
    } else {
      const own = vectors.slice(step * 4, step * 4 + 1 + step % 4)
      people.set(userId, own)
      enrol(gallery, userId, own)
    }
    if (step % 50 === 0) for (const probe of probes) assertSame(gallery, people, probe)
    assertSame(gallery, people, vectors[step * 4]!)
  }
  const encodings = [...people.values()].reduce((sum, own) => sum + own.length, 0)
  assert.deepEqual(gallery.counts(), { users: people.size, encodings, compared: encodings, outdated: 0 })
})

test('a runner-up is another user, never the second encoding of the same one', () => {
  const gallery = createGallery(NETWORK)
  const [first, second, far] = randomVectors(3)
  enrol(gallery, 1, [first!, second!])
  assert.equal(createMatcher(gallery.memory)(first!).length, 1)
  enrol(gallery, 2, [far!])
  assert.equal(gallery.userOf(createMatcher(gallery.memory)(first!)[1]?.user ?? 0), 2)
})

test('encodings of every length that networks give are searched exactly', () => {
  for (const length of [128, 144, 256, 512]) {
    const gallery = createGallery(NETWORK)
    const vectors = randomVectors(300, length, length)
    const people = new Map(vectors.map((vector, i) => [i + 1, [vector]]))
    for (const [userId, own] of people) enrol(gallery, userId, own)
    for (const probe of randomVectors(20, 3, length)) assertSame(gallery, people, probe)
    assert.throws(() => enrol(gallery, 1000, [new Float32Array(length + 16)]), RangeError)
    assert.throws(() => createMatcher(gallery.memory)(new Float32Array(length + 16)), RangeError)
  }
})

test('encodings that differ by one step of one number are told apart, whatever the size of the numbers', () => {
  for (const scale of [1e-15, 1, 1e15]) {
    const [probe, other] = randomVectors(2, 17)
    const step = Math.hypot(...other!) / 32_767
    const people = new Map<number, Float32Array[]>()
    for (let userId = 1; userId <= 500; userId++) {
      const moved = (value: number, i: number): number =>
        i === userId * 37 % 128 ? value + step * (userId % 3 - 1) : value
      const vector = other!.map((value, i) => moved(value, i) * scale)
      people.set(userId, [vector])
    }
    const gallery = createGallery(NETWORK)
    for (const [userId, own] of people) enrol(gallery, userId, own)
    const scaled = probe!.map((value) => value * scale)
    const distances = [...people.values()]
      .map(([vector]) => distance(vector!, scaled)).sort((one, two) => one - two)
    const neighbours = createMatcher(gallery.memory)(scaled)
    assert.ok(distances[0]! < distances.at(-1)!)
    assert.deepEqual(neighbours.map(({ distance }) => distance), distances.slice(0, 2))
  }
})

test('a distance in fixed point is within the bound that its docstring states of the one in 32 bits', () => {
  for (const length of [128, 192, 512]) {
    const unit = (vector: Float32Array): Float32Array => {
      const norm = Math.hypot(...vector)
      return vector.map((value) => value / norm)
    }
    const vectors = randomVectors(200, 5, length).map(unit)
    // As near as two photos of one person, and as far as strangers.
    const pairs = vectors.flatMap((vector, i) => [0.01, 0.2, 1].map((mix) => (
      [vector, unit(vector.map((value, k) => value * (1 - mix) + mix * vectors[(i + 1) % 200]![k]!))] as const
    )))
    const bound = 2 * Math.sqrt(length) / 2 / 32_767
    const errors = pairs.map(([one, other]) => Math.abs(distance(one, other) - trueDistance(one, other)))
    assert.ok(Math.max(...errors) <= bound, `${Math.max(...errors)} > ${bound}`)
    assert.ok(Math.max(...errors) > 0)
    for (const vector of vectors) assert.equal(distance(vector, vector), 0)
  }
})

test('numbers at the end of their range neither overflow nor wrap', () => {
  const spike = new Float32Array(128)
  const [even, odd] = [new Float32Array(128).fill(1), new Float32Array(128).fill(-1)]
  spike[5] = 1
  const opposite = spike.map((value) => -value)
  const people = new Map([[1, [spike]], [2, [opposite]], [3, [even]], [4, [odd]], [5, [new Float32Array(128)]]])
  const gallery = createGallery(NETWORK)
  for (const [userId, own] of people) enrol(gallery, userId, own)
  for (const probe of [spike, opposite, even, odd, new Float32Array(128)]) assertSame(gallery, people, probe)
})

test('a search leaves nothing of its probe in the shared memory', () => {
  const gallery = createGallery(NETWORK)
  const [mine, probe] = randomVectors(2)
  enrol(gallery, 1, [mine!])
  assert.equal(createMatcher(gallery.memory)(probe!).length, 1)
  assert.ok(!holds(gallery, probe!))
})

test('an encoding that is registered again and again is gone when its user is', () => {
  const gallery = createGallery(NETWORK)
  const [mine, yours] = randomVectors(2)
  for (const vectors of [[mine!], [mine!, mine!], [mine!, yours!, mine!], [mine!, mine!]]) {
    enrol(gallery, 1, vectors)
    assert.equal(createMatcher(gallery.memory)(mine!)[0]?.distance, 0)
    assert.equal(gallery.counts().encodings, vectors.length)
  }
  gallery.apply({ key: '1', record: null })
  assert.deepEqual(createMatcher(gallery.memory)(mine!), [])
})

test('a removed encoding is overwritten in memory and its row is used again', () => {
  const gallery = createGallery(NETWORK)
  const [mine, yours] = randomVectors(2)
  enrol(gallery, 1, [mine!])
  assert.ok(holds(gallery, mine!))
  gallery.apply({ key: '1', record: null })
  assert.ok(!holds(gallery, mine!))
  assert.deepEqual(createMatcher(gallery.memory)(mine!), [])
  enrol(gallery, 2, [yours!])
  assert.equal(new Int32Array(gallery.memory.buffer)[0], 1)
})

test('encodings of another model are counted but never compared', () => {
  const gallery = createGallery(NETWORK)
  const [vector] = randomVectors(1)
  gallery.apply({ key: '1', record: record(1, [vector!], {}, 'another-network') })
  assert.deepEqual(createMatcher(gallery.memory)(vector!), [])
  assert.deepEqual(gallery.counts(), { users: 1, encodings: 1, compared: 0, outdated: 1 })
  enrol(gallery, 2, [vector!])
  assert.deepEqual(gallery.counts(), { users: 2, encodings: 2, compared: 1, outdated: 1 })
  enrol(gallery, 1, [vector!])
  assert.deepEqual(gallery.counts(), { users: 2, encodings: 2, compared: 2, outdated: 0 })
  gallery.apply({ key: '1', record: record(1, [vector!], {}, 'another-network') })
  gallery.apply({ key: '1', record: null })
  assert.deepEqual(gallery.counts(), { users: 1, encodings: 1, compared: 1, outdated: 0 })
})

test('memory stays within 6 % of two bytes for each number of an encoding', () => {
  assert.ok(GALLERY.rowWords(192) * 4 <= 192 * 2 * 1.06)
})

test('a thread that started with an empty gallery finds whoever is enrolled later, however ' +
  'far the memory has grown', async (t) => {
  const gallery = createGallery(NETWORK)
  const source = `
    const { parentPort, workerData } = require('node:worker_threads')
    import(${COMPILED}).then(({ createMatcher }) => {
      const matchFace = createMatcher(workerData)
      parentPort.on('message', (probe) => parentPort.postMessage(matchFace(probe)))
      parentPort.postMessage('ready')
    })`
  const worker = new Worker(source, { eval: true, workerData: gallery.memory })
  t.after(() => worker.terminate())
  const answer = (): Promise<unknown> =>
    new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  assert.equal(await answer(), 'ready')
  const vectors = randomVectors(5000, 7)
  for (const [i, vector] of vectors.entries()) {
    enrol(gallery, i + 1, [vector])
    if (i % 500 !== 499) continue
    const found = answer()
    worker.postMessage(vector)
    const [nearest] = await found as Neighbour[]
    assert.deepEqual([gallery.userOf(nearest!.user), nearest!.distance], [i + 1, 0])
  }
})

test('while users are replaced, a search never gives one user another\'s encoding', async (t) => {
  const gallery = createGallery(NETWORK)
  const [anna, bert] = randomVectors(2, 5)
  const source = `
    const { parentPort, workerData } = require('node:worker_threads')
    import(${COMPILED}).then(({ createMatcher }) => {
      const { memory, probe, stop } = workerData
      const matchFace = createMatcher(memory)
      const seen = {}
      while (Atomics.load(stop, 0) === 0) {
        const [nearest] = matchFace(probe)
        // Distance 0 must mean the owner of the probe.
        if (nearest && nearest.distance < 1e-3) {
          seen[nearest.user] = (seen[nearest.user] ?? 0) + 1
          Atomics.add(stop, 1, 1)
        }
      }
      parentPort.postMessage(seen)
    })`
  const stop = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(source, { eval: true, workerData: { memory: gallery.memory, probe: anna, stop } })
  t.after(() => worker.terminate())
  const seen =
    new Promise<Record<string, number>>((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await new Promise((resolve) => worker.once('online', resolve))
  // Anna and Bert take turns in the same row, Anna under odd numbers, until Anna was met often.
  let turns = 0
  while (Atomics.load(stop, 1) < MEETINGS) {
    gallery.apply({ key: 'anna', record: record(1, [anna!]) })
    gallery.apply({ key: 'anna', record: null })
    gallery.apply({ key: 'bert', record: record(2, [bert!]) })
    gallery.apply({ key: 'bert', record: null })
    if (++turns % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  Atomics.store(stop, 0, 1)
  const numbers = Object.keys(await seen).map(Number)
  assert.ok(numbers.length > 0 && numbers.every((number) => number % 2 === 1), 'Bert was given Anna\'s encoding')
})

test('a user whose other encodings come and go is found by every search', async (t) => {
  const gallery = createGallery(NETWORK)
  const vectors = randomVectors(2000, 5)
  for (const [i, vector] of vectors.entries()) enrol(gallery, i, [vector])
  const anna = vectors[1000]!
  const source = `
    const { parentPort, workerData } = require('node:worker_threads')
    import(${COMPILED}).then(({ createMatcher }) => {
      const { memory, probe, stop } = workerData
      const matchFace = createMatcher(memory)
      let searches = 0
      let missed = 0
      while (Atomics.load(stop, 0) === 0) {
        searches++
        Atomics.add(stop, 1, 1)
        if (matchFace(probe)[0]?.distance !== 0) missed++
      }
      parentPort.postMessage({ searches, missed })
    })`
  const stop = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(source, { eval: true, workerData: { memory: gallery.memory, probe: anna, stop } })
  t.after(() => worker.terminate())
  const seen = new Promise<{
    searches: number, missed: number
  }>((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await new Promise((resolve) => worker.once('online', resolve))
  for (let turn = 0; Atomics.load(stop, 1) < SEARCHES; turn++) {
    enrol(gallery, 1000, [vectors[turn % 500]!, anna])
    if (turn % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  Atomics.store(stop, 0, 1)
  const { searches, missed } = await seen
  assert.ok(searches >= SEARCHES)
  assert.equal(missed, 0)
})

test('galleries with the same encodings have the same checksum, whatever their history, and others another one', () => {
  const vectors = randomVectors(20)
  const [one, other] = [createGallery(NETWORK), createGallery(NETWORK)]
  const empty = one.checksum()
  for (let id = 0; id < 10; id++) enrol(one, id, [vectors[2 * id]!, vectors[2 * id + 1]!])
  for (let id = 9; id >= 0; id--) {
    enrol(other, id, [vectors[(2 * id + 5) % 20]!])
    enrol(other, id, [vectors[2 * id + 1]!])
    enrol(other, id, [vectors[2 * id]!, vectors[2 * id + 1]!])
  }
  const checksum = one.checksum()
  assert.equal(other.checksum(), checksum)

  const nudged = vectors[0]!.map((value, i) => i === 127 ? value + 1e-3 : value)
  enrol(other, 0, [nudged, vectors[1]!])
  assert.notEqual(other.checksum(), checksum)
  enrol(other, 0, [vectors[2]!, vectors[1]!])
  enrol(other, 1, [vectors[0]!, vectors[3]!])
  assert.notEqual(other.checksum(), checksum) // An encoding counts with its user.
  for (let id = 0; id < 10; id++) for (const gallery of [one, other]) gallery.apply({ key: String(id), record: null })
  assert.deepEqual([one.checksum(), other.checksum()], [empty, empty])
})

test('the centre of several encodings is searched, too, and goes when one of two does', () => {
  const gallery = createGallery(NETWORK)
  const [one, two, far] = randomVectors(3)
  enrol(gallery, 1, [one!, two!])
  const mean = one!.map((value, i) => (value + two![i]!) / 2)
  // As long as the two are on average, not nearer to everybody.
  const scale = (Math.hypot(...one!) + Math.hypot(...two!)) / 2 / Math.hypot(...mean)
  const between = mean.map((value) => value * scale)
  assert.ok(createMatcher(gallery.memory)(between)[0]!.distance < 1e-3 * trueDistance(one!, two!))
  assert.equal(gallery.counts().compared, 2)
  enrol(gallery, 1, [one!])
  assert.ok(createMatcher(gallery.memory)(between)[0]!.distance > 0.4 * trueDistance(one!, two!))
  enrol(gallery, 2, [far!])
  assert.deepEqual(gallery.sample(5).map((vector) => trueDistance(vector, one!) < 1e-3), [true, false])
  assert.equal(gallery.sample(1).length, 1)
})

test('one encoding of somebody else does not move the centre of three others', () => {
  const unit = (vector: Float32Array): Float32Array => {
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  }
  const [person, stranger, ...noise] = randomVectors(6, 3).map(unit)
  const own = noise.slice(0, 3).map((other) => unit(person!.map((value, i) => value + 0.5 * other[i]!)))
  const centre = centreOf(own)!
  assert.ok(Math.abs(Math.hypot(...centre) - 1) < 1e-6)
  for (const vector of own) assert.ok(trueDistance(centre, person!) < trueDistance(vector, person!))
  assert.deepEqual(centreOf([own[0]!, stranger!, own[1]!, own[2]!]), centre)
})
