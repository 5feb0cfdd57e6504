import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../support/seeded.ts'
import { filesIn, openStore, startChild, temporaryFolder } from './helper.ts'

const PROCESSES = 4
/** `npm run soak:store` takes a minute. */
const SOAK_MS = Number(process.env['SOAK_SECONDS'] ?? 3) * 1000

interface Report {
  did: { registered: number, deleted: number, recognised: number }
  state: string
  users: number
  encodings: number
  events: string[]
}

test('processes that register, delete and recognise at the same time end with the same state ' +
  'everywhere and on the disk', async (t) => {
  seeded(t)
  const dir = await temporaryFolder(t)
  const children = Array.from(
    { length: PROCESSES }, (_, index) => startChild(t, 'soak', dir, String(SOAK_MS), String(index), String(PROCESSES))
  )
  const reports = await Promise.all(children.map(async ({ ended, lines }) => {
    assert.equal(await ended, 0)
    return JSON.parse(lines.at(-1) ?? '') as Report
  }))

  const { follower } = await openStore(t, { dir })
  const state = JSON.stringify([...follower.users].sort())
  const encodings = [...follower.users.values()].flat().length
  for (const [index, report] of reports.entries()) {
    assert.deepEqual([report.state, report.users, report.encodings], [state, follower.users.size, encodings])
    assert.deepEqual(report.events, index === PROCESSES - 1 ? ['polling', 'loaded'] : ['loaded'])
    assert.ok(report.did.registered > 0 && report.did.deleted > 0)
  }
  assert.equal((await filesIn(dir)).length, follower.users.size)
  const total = (what: keyof Report['did']): number => reports.reduce((sum, { did }) => sum + did[what], 0)
  t.diagnostic(`${total('registered')} registrations, ${total('deleted')} deletions and ${total('recognised')} ` +
    `recognitions by ${PROCESSES} processes in ${SOAK_MS / 1000} s`)
})
