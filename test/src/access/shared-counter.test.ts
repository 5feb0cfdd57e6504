import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSharedCounter, type SharedCounter } from '../../../src/access/shared-counter.ts'

const WINDOW_MS = 60_000
const START = 1000 * WINDOW_MS

function counters (count: number): { all: SharedCounter[], clock: { ms: number } } {
  const clock = { ms: START }
  const all = Array.from({ length: count }, () => (
    createSharedCounter({ name: 'test', windowMs: WINDOW_MS, now: () => clock.ms })
  ))
  return { all, clock }
}

/** So many hits of a client that were let through. */
const passed = (counter: SharedCounter, max: number, hits: number, client = 'a'): number => (
  Array.from({ length: hits }, () => counter.hit(client, max)).filter(({ count }) => count <= max).length
)

/** Every counter tells all others, as often as there is something to tell. */
function exchange (all: SharedCounter[]): void {
  for (const one of all) {
    for (let counts = one.takeChanges(); counts; counts = one.takeChanges()) {
      for (const other of all) other.merge(counts)
    }
  }
}

test('as many requests as the limit pass, one more does not, and each client has a limit of its own', () => {
  const { all: [counter] } = counters(1)
  for (const max of [1, 2, 7, 1000]) {
    assert.equal(passed(counter!, max, max, `client ${max}`), max)
    assert.equal(counter!.hit(`client ${max}`, max).count, max + 1)
    assert.equal(counter!.look(`client ${max}`, max).count, max + 1)
  }
  assert.deepEqual(counter!.hit('new', 5), { count: 1, ttlMs: WINDOW_MS })
  assert.deepEqual(counter!.look('new', 5), { count: 2, ttlMs: WINDOW_MS })
  assert.equal(counter!.hit('new', 5).count, 2)
})

test('who waits as long as is said has room for one request, and not a moment earlier', () => {
  for (const max of [1, 3, 60, 1200]) {
    for (const offset of [0, 1, 20_000, 59_999]) {
      const { all: [counter], clock } = counters(1)
      clock.ms += offset
      assert.equal(passed(counter!, max, max), max)
      for (let round = 0; round < 5; round++) {
        const { count, ttlMs } = counter!.hit('a', max)
        assert.equal(count, max + 1)
        clock.ms += ttlMs - 2
        assert.equal(counter!.look('a', max).count, max + 1, `${max} ${offset} ${round}: too early`)
        clock.ms += 3
        assert.ok(counter!.hit('a', max).count <= max, `${max} ${offset} ${round}: not yet`)
        passed(counter!, max, max)
      }
    }
  }
})

test('within any time as long as the window hardly more than the limit passes, whatever the moments', () => {
  const max = 100
  const { all: [counter], clock } = counters(1)
  const moments: number[] = []
  let most = 0
  for (let step = 0; step < 4000; step++) {
    clock.ms += step % 7 === 0 ? 900 : 50
    if (counter!.hit('a', max).count <= max) moments.push(clock.ms)
    most = Math.max(most, moments.filter((ms) => ms > clock.ms - WINDOW_MS).length)
  }
  assert.ok(most >= max && most <= max * 1.2, `${most}`)
})

test('several processes together let as many pass as one, and count nothing twice', () => {
  const { all, clock } = counters(4)
  const max = 40
  let total = 0
  for (let round = 0; round < 30; round++) {
    for (const counter of all) total += passed(counter, max, 1)
    // However often it is told.
    exchange(all)
    for (const one of all) {
      const counts = one.takeChanges()
      assert.equal(counts, null)
    }
  }
  assert.equal(total, max)
  // The next window knows the last one, also in a process that the client has never been to.
  clock.ms += WINDOW_MS
  assert.equal(all[0]!.look('a', max).count, max + 1)
  clock.ms += 2 * WINDOW_MS
  assert.equal(passed(all[3]!, max, max), max)
})

test('what is told is the own count alone: told twice, late or by way of others it counts once', () => {
  const { all: [one, two], clock } = counters(2)
  assert.equal(passed(one!, 10, 4), 4)
  const counts = one!.takeChanges()!
  assert.deepEqual([counts.counter, counts.window, counts.counts[0]?.count], ['test', 1000, 4])
  assert.ok(!JSON.stringify(counts).includes('"a"'))
  passed(one!, 10, 1)
  const later = one!.takeChanges()!
  for (const each of [later, counts, later, counts]) {
    two!.merge(each)
    one!.merge(each)
  }
  assert.equal(passed(two!, 10, 10), 5)
  assert.equal(passed(one!, 10, 10), 5)
  clock.ms += 5 * WINDOW_MS
  two!.merge(later)
  assert.equal(passed(two!, 10, 11), 10)
})

test('clients far from their limit are not told of', () => {
  const { all: [counter] } = counters(1)
  passed(counter!, 1200, 59)
  assert.equal(counter!.takeChanges(), null)
  passed(counter!, 1200, 1)
  assert.equal(counter!.takeChanges()?.counts[0]?.count, 60)
})

test('however many clients come, memory is bounded, and all are told of in portions', () => {
  const { all: [one, two] } = counters(2)
  for (let client = 0; client < 30_000; client++) one!.hit(`client ${client}`, 1)
  let told = 0
  for (let counts = one!.takeChanges(); counts; counts = one!.takeChanges()) {
    assert.ok(counts.counts.length <= 1000)
    told += counts.counts.length
    two!.merge(counts)
  }
  assert.equal(told, 30_000)
  assert.equal(two!.look('client 29999', 1).count, 2)
  // The first ones are forgotten.
  assert.deepEqual([one!.look('client 0', 1).count, two!.look('client 0', 1).count], [1, 1])
})
