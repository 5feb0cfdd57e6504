import assert from 'node:assert/strict'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createSightings, type Sightings } from '../../../src/recognition/sightings.ts'
import { userFolder } from '../../../src/store/folder/layout.ts'
import { createFolderSightings } from '../../../src/store/sightings/folder-sightings.ts'
import { DAY_MS, today } from '../../../src/store/sightings/sighting-store.ts'
import { temporaryFolder } from '../../support/folders.ts'

const sightingsIn = (dir: string): Sightings => createSightings(createFolderSightings({ dir }))

async function entriesOf (sightings: Sightings): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {}
  for await (const [key, { day, count, days }] of sightings.entries()) found[key] = [day, count, days]
  return found
}

async function newSightings (t: TestContext): Promise<{ sightings: Sightings, dir: string }> {
  const dir = await temporaryFolder(t)
  return { sightings: sightingsIn(dir), dir }
}

test('somebody was seen as soon as that is noted, by others once it is stored; a new day is another one', async (t) => {
  const { sightings, dir } = await newSightings(t)
  sightings.note('anna', 0.3, 10 * DAY_MS)
  sightings.note('anna', 0.3, 11 * DAY_MS - 1)
  sightings.note('anna', 0.3, 11 * DAY_MS)
  assert.equal(await sightings.lastSeen('anna'), 11)
  assert.equal(await sightings.lastSeen('ben'), null)
  const other = sightingsIn(dir)
  assert.equal(await other.lastSeen('anna'), null)
  await sightings.flush()
  assert.equal(await other.lastSeen('anna'), 11)
  assert.deepEqual(await entriesOf(other), { anna: [11, 1, 1] })
  sightings.note('anna', 0.3)
  assert.ok(Math.abs((await sightings.lastSeen('anna'))! - today()) <= 1)
})

test('a new registration starts anew, and the day of the last recognition stays', async (t) => {
  const { sightings } = await newSightings(t)
  for (let day = 10; day < 13; day++) sightings.note('anna', 0.3, day * DAY_MS)
  await sightings.flush()
  sightings.note('anna', 0.3, 13 * DAY_MS)
  sightings.restart('anna')
  sightings.restart('ben')
  await sightings.flush()
  assert.deepEqual(await entriesOf(sightings), { anna: [12, 0, 0] })
  sightings.note('anna', 0.3, 14 * DAY_MS)
  await sightings.flush()
  assert.deepEqual(await entriesOf(sightings), { anna: [14, 1, 0] })
})

test('nothing that was noted is lost or counted twice when it cannot be stored', async (t) => {
  const { sightings, dir } = await newSightings(t)
  const keys = ['anna', 'ben', 'cleo', 'dora']
  for (const key of keys) sightings.note(key, 0.25, DAY_MS)
  // One of the files is in the way, so that the others may or may not be written before.
  const inTheWay = join(dir, 'sightings', userFolder('cleo'))
  await mkdir(inTheWay, { recursive: true })
  await assert.rejects(sightings.flush(), { code: 'STORE_UNAVAILABLE' })
  for (const key of keys) sightings.note(key, 0.25, DAY_MS)
  await assert.rejects(sightings.flush(), { code: 'STORE_UNAVAILABLE' })
  await rm(inTheWay, { recursive: true })
  await sightings.flush()
  assert.deepEqual(await entriesOf(sightings), Object.fromEntries(keys.map((key) => [key, [1, 2, 0]])))
})

test('of somebody who is erased nothing is left, also of what another process stores meanwhile', async (t) => {
  const { sightings, dir } = await newSightings(t)
  sightings.note('anna', 0.25)
  await sightings.flush()
  sightings.note('anna', 0.25)
  await sightings.erase('anna')
  assert.equal(await sightings.lastSeen('anna'), null)
  assert.deepEqual(await entriesOf(sightings), {})

  // It has not heard of the erasure yet.
  const other = sightingsIn(dir)
  other.note('anna', 0.25)
  await other.flush()
  sightings.forget('anna')
  await sightings.flush()
  assert.deepEqual(await entriesOf(sightings), {})

  sightings.note('anna', 0.25)
  other.note('anna', 0.25)
  other.forget('anna')
  await other.flush()
  assert.deepEqual(await entriesOf(sightings), {})
})

test('an erasure that cannot be made durable is refused', async (t) => {
  const { sightings, dir } = await newSightings(t)
  await mkdir(join(dir, 'sightings', userFolder('anna')), { recursive: true })
  await assert.rejects(sightings.erase('anna'), { code: 'STORE_UNAVAILABLE' })
})

test('who has not been registered for a month is forgotten', async (t) => {
  const { sightings } = await newSightings(t)
  const now = Date.now()
  for (const [key, days] of [['registered', 400], ['gone', 32], ['gone lately', 28]] as const) {
    sightings.note(key.replace(' ', '-'), 0.25, now - days * DAY_MS)
  }
  await sightings.flush()
  await sightings.prune(async (key) => key === 'registered')
  assert.deepEqual(Object.keys(await entriesOf(sightings)).sort(), ['gone-lately', 'registered'])
})

test('closing stores what was noted', async (t) => {
  const { sightings, dir } = await newSightings(t)
  sightings.note('anna', 0.25)
  await sightings.close()
  assert.notEqual(await sightingsIn(dir).lastSeen('anna'), null)
})
