import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportSoak } from '../../../bench/soak/report.ts'
import { Tally } from '../../../bench/soak/tally.ts'

const MINUTE = 60_000

/** Ten minutes with this memory in each second. */
function tallyOf (memoryMiB: (minute: number) => number): Tally {
  const tally = new Tally()
  for (let atMs = 0; atMs < 10 * MINUTE; atMs += 1000) {
    tally.samples.push({ atMs, memoryMiB: memoryMiB(atMs / MINUTE), handles: 30 })
  }
  return tally
}

const facts = { durationMs: 10 * MINUTE, warmUpMs: 2 * MINUTE, outages: 6, store: 'files' }

test('a soak passes when the memory grew before the end of the warm-up only, whatever single samples say', () => {
  const { passed, text } =
    reportSoak(tallyOf((minute) => minute < 2 ? 300 + 100 * minute : minute === 9.5 ? 900 : 500), facts)
  assert.equal(passed, true)
  assert.match(text, /\| memory, MiB \| 500 \| 500 \| \+0\.0 % \|/)
})

test('a soak fails when the memory grows by more than 5 % after the warm-up, or an answer is 500', () => {
  assert.equal(reportSoak(tallyOf((minute) => 500 + 2 * minute), facts).passed, true)
  assert.equal(reportSoak(tallyOf((minute) => 500 + 6 * minute), facts).passed, false)
  const tally = tallyOf(() => 500)
  tally.count('good', { status: 503, outcome: 'OVERLOADED', ms: 1 })
  assert.equal(reportSoak(tally, facts).passed, true)
  tally.count('bad', { status: 500, outcome: 'INTERNAL_ERROR', ms: 1 })
  const { passed, text } = reportSoak(tally, facts)
  assert.equal(passed, false)
  assert.match(text, /bad: 500 INTERNAL_ERROR \| 1/)
})
