import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createSightings } from '../../src/recognition/sightings.ts'
import type { DataKey } from '../../src/store/record/seal.ts'
import { createFolderSightings } from '../../src/store/sightings/folder-sightings.ts'
import { createPostgresSightings } from '../../src/store/sightings/postgres-sightings.ts'
import { today, type Sighting, type SightingStore } from '../../src/store/sightings/sighting-store.ts'
import type { StoreEvent } from '../../src/store/store-event.ts'
import { eventually, newKeys, startChild, temporaryFolder } from './helper.ts'
import { seeded } from '../support/seeded.ts'
import { onCluster, queryOnce } from './postgres-cluster.ts'
import { openPostgresStore } from './postgres-helper.ts'

const SIGHTING: Sighting = {
  day: 20_000, count: 2, sum: 0.75, days: 30, first: 0.25, recent: 0.5, last: 0.375, squares: 0.125
}

/** A place for sightings, as the command line of a child names it, and stores that share it. */
interface Place {
  name: string
  create (keys?: DataKey[], onEvent?: (event: StoreEvent) => void): SightingStore
}

async function entriesOf (store: SightingStore): Promise<Map<string, Sighting>> {
  const found = new Map<string, Sighting>()
  for await (const [key, sighting] of store.entries()) found.set(key, sighting)
  return found
}

/** What every {@link SightingStore} promises, as tests. */
function sightingsContract (kind: string, createPlace: (t: TestContext) => Promise<Place>): void {
  const behaviour = (title: string, run: (t: TestContext, place: Place) => Promise<void>): void => {
    test(`sightings in ${kind}: ${title}`, async (t) => run(t, await createPlace(t)))
  }

  behaviour('what is stored is there for others, and only what is to go goes', async (_t, { create }) => {
    const store = create()
    const users = Array.from({ length: 2_500 }, (_, i) => `user-${i}`)
    const stored: string[] = []
    await store.update(users, (key) => ({ ...SIGHTING, count: Number(key.slice(5)) }), (keys) => stored.push(...keys))
    assert.deepEqual(stored.sort(), users.sort())
    const other = create()
    assert.deepEqual(await other.read('user-7'), { ...SIGHTING, count: 7 })
    assert.equal(await other.read('nobody'), null)
    await other.update(['user-7', 'nobody'], (key, present) => {
      assert.equal(present?.count, key === 'nobody' ? undefined : 7)
      return null
    })
    await other.update(['user-8'], (_key, present) => present)
    const left = await entriesOf(store)
    assert.equal(left.size, users.length - 1)
    assert.equal(left.has('user-7'), false)
    assert.equal(left.get('user-8')?.count, 8)
    await Promise.all([store.close(), other.close()])
  })

  behaviour('the day of the first start stays', async (_t, { create }) => {
    const store = create()
    const since = await store.since()
    assert.ok(Math.abs(since - today()) <= 1)
    const other = create()
    assert.equal(await other.since(), since)
    await Promise.all([store.close(), other.close()])
  })

  behaviour('processes that count the same users at the same time lose nothing', async (t, { name, create }) => {
    const children = Array.from({ length: 3 }, () => startChild(t, 'count-sightings', name, '40'))
    const store = create()
    const sightings = createSightings(store)
    for (let round = 0; round < 40; round++) {
      for (const key of ['anna', 'ben', 'cleo']) sightings.note(key, 0.25)
      await sightings.flush()
    }
    for (const { ended } of children) assert.equal(await ended, 0)
    for (const key of ['anna', 'ben', 'cleo']) {
      const { count, sum } = (await store.read(key))!
      assert.deepEqual([count, sum], [160, 40])
    }
    await store.close()
  })

  behaviour('with a key everything is encrypted, any of the keys reads it, and without it nothing is changed',
    async (_t, { create }) => {
      const [old, fresh] = newKeys(2)
      const store = create([old!])
      await store.update(['anna'], () => SIGHTING)
      const rotated = create([fresh!, old!])
      assert.deepEqual(await rotated.read('anna'), SIGHTING)
      await rotated.update(['anna'], (_key, present) => ({ ...present!, count: 3 }))
      const without = create([old!])
      await assert.rejects(without.read('anna'), { code: 'STORE_UNAVAILABLE' })
      await assert.rejects(without.update(['anna'], () => SIGHTING), { code: 'STORE_UNAVAILABLE' })
      assert.deepEqual(await create([fresh!]).read('anna'), { ...SIGHTING, count: 3 })
      await Promise.all([store.close(), rotated.close(), without.close()])
    })
}

sightingsContract('a folder', async (t) => {
  const dir = await temporaryFolder(t)
  return {
    name: dir,
    create: (keys = [], onEvent = () => {}) => createFolderSightings({ dir, keys, onEvent })
  }
})

await onCluster('sightings in PostgreSQL', (cluster) => {
  sightingsContract('PostgreSQL', async (t) => {
    const url = await cluster.createDatabase()
    await openPostgresStore(t, url)
    return { name: url, create: (keys = [], onEvent = () => {}) => createPostgresSightings({ url, keys, onEvent }) }
  })

  test('a damaged row counts as none and is told of, and is replaced', async (t) => {
    const url = await cluster.createDatabase()
    await openPostgresStore(t, url)
    const events: StoreEvent[] = []
    const store = createPostgresSightings({ url, onEvent: (event) => events.push(event) })
    await store.update(['anna'], () => SIGHTING)
    await queryOnce(url, String.raw`UPDATE face_sightings SET sighting = '\x00'`)
    assert.equal(await store.read('anna'), null)
    assert.deepEqual(events.map(({ type }) => type), ['damaged'])
    await store.update(['anna'], (_key, present) => present ?? SIGHTING)
    assert.deepEqual(await store.read('anna'), SIGHTING)
    await store.close()
  })
})

test('a damaged file of sightings counts as empty and is told of, and is replaced', async (t) => {
  const dir = await temporaryFolder(t)
  const events: StoreEvent[] = []
  const store = createFolderSightings({ dir, onEvent: (event) => events.push(event) })
  await store.update(['anna'], () => SIGHTING)
  const [file] = await readdir(join(dir, 'sightings'))
  await writeFile(join(dir, 'sightings', file!), 'FACE1 sha256=0000')
  assert.equal(await store.read('anna'), null)
  assert.deepEqual(events.map((event) => [event.type, 'file' in event && event.file]), [
    ['damaged', join('sightings', file!)]
  ])
  await store.update(['anna'], (_key, present) => present ?? SIGHTING)
  assert.deepEqual(await store.read('anna'), SIGHTING)
})

test('with a key no user id can be read in the folder of sightings', async (t) => {
  const dir = await temporaryFolder(t)
  const store = createFolderSightings({ dir, keys: newKeys() })
  await store.update(['anna'], () => SIGHTING)
  const [file] = await readdir(join(dir, 'sightings'))
  assert.equal((await readFile(join(dir, 'sightings', file!))).includes('anna'), false)
})

test('a process that is killed while it stores sightings leaves whole files, and the next change removes its others',
  async (t) => {
    const random = seeded(t)
    const dir = await temporaryFolder(t)
    const store = createFolderSightings({ dir })
    let before = 0
    for (let kills = 0; kills < 5; kills++) {
      const child = startChild(t, 'count-sightings', dir, '1000000')
      await eventually(async () => ((await store.read('anna'))?.count ?? 0) > before + random.below(50))
      child.kill()
      await child.ended
      const { count, sum } = (await store.read('anna'))!
      assert.ok(count > before)
      assert.equal(sum, count / 4)
      before = count
      await store.update(['dora'], () => ({ ...SIGHTING, count: kills }))
      assert.deepEqual((await readdir(join(dir, 'sightings'))).filter((name) => name.endsWith('.tmp')), [])
    }
  })
