import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSightings } from '../../src/recognition/sightings.ts'
import { parseDataKeys } from '../../src/store/record/seal.ts'
import { createFolderSightings } from '../../src/store/sightings/folder-sightings.ts'
import { DAY_MS, dayOf } from '../../src/store/sightings/sighting-store.ts'
import { keyText, openStore, record, temporaryFolder } from '../store/helper.ts'
import { runCommand } from './helper.ts'

/** Somebody who comes on forty days and was so far from their encodings in the first and in the last ten of them. */
const COMING: Array<[key: string, first: number, last: number]> = [
  ['steady', 0.3, 0.3], ['drifting', 0.3, 0.45], ['drifting-far', 0.3, 0.5], ['nearer', 0.5, 0.3], ['gone', 0.3, 0.5]
]

test('verify --drifting lists who is recognised at ever greater distances, who has moved furthest first', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const { store } = await openStore(t, { dir: FACE_DATA_DIR })
  const sightings = createSightings(createFolderSightings({ dir: FACE_DATA_DIR }))
  for (const [key, first, last] of COMING) {
    if (key !== 'gone') await store.update(key, () => record(key, 1))
    for (let day = 0; day < 40; day++) {
      const distance = first + (last - first) * Math.min(1, Math.max(0, (day - 10) / 20)) + (day % 2 ? 0.01 : -0.01)
      sightings.note(key, distance, (dayOf(Date.now()) - 40 + day) * DAY_MS)
    }
    sightings.note(key, last)
  }
  await sightings.close()
  const { code, stdout } = await runCommand(t, ['verify', '--drifting'], { FACE_DATA_DIR })
  assert.equal(code, 0)
  const lines = stdout.split('\n').filter((line) => line.includes('distance'))
  assert.equal(lines.length, 3)
  const today = new Date().toISOString().slice(0, 10)
  assert.match(lines[0]!, /^drifting-far: recognised at a distance of 0\.4\d, in the beginning of 0\.30, on 40 days /)
  assert.ok(lines[0]!.endsWith(`until ${today}: ask for a new photo`))
  assert.match(lines[1]!, /^drifting: /)
  assert.equal(lines[2], 'users who are recognised at ever greater distances: 2')
})

test('rekey encrypts the sightings, too, and purge erases those of the users that it deletes', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const [old, next] = [keyText(), keyText()]
  const opened = await openStore(t, { dir: FACE_DATA_DIR, keys: parseDataKeys(old) })
  for (const key of ['anna', 'ben']) await opened.store.update(key, () => record(key, 1))
  await opened.store.update('cleo', () => ({ ...record('cleo', 1), updatedAt: new Date().toISOString() }))
  await opened.store.close()
  const before = createSightings(createFolderSightings({ dir: FACE_DATA_DIR, keys: parseDataKeys(old) }))
  const since = await before.since()
  for (const key of ['anna', 'ben', 'cleo']) before.note(key, 0.25)
  await before.close()

  const { code } = await runCommand(t, ['rekey'], { FACE_DATA_DIR, FACE_DATA_KEY: `${next},${old}` })
  assert.equal(code, 0)
  const after = createSightings(createFolderSightings({ dir: FACE_DATA_DIR, keys: parseDataKeys(next) }))
  assert.equal(await after.since(), since)
  for (const key of ['anna', 'ben', 'cleo']) assert.notEqual(await after.lastSeen(key), null)

  const env = { FACE_DATA_DIR, FACE_DATA_KEY: next }
  assert.match((await runCommand(t, ['purge', '--older-than', '1d'], env)).stdout, /^2 of 3 users deleted/)
  const left: string[] = []
  for await (const [key] of after.entries()) left.push(key)
  assert.deepEqual(left, ['cleo'])
})
