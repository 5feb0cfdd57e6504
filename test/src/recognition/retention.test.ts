import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createRetention, type Retention } from '../../../src/recognition/retention.ts'
import { createSightings, type Sightings } from '../../../src/recognition/sightings.ts'
import { createFolderDocuments } from '../../../src/store/documents/folder-documents.ts'
import { createFileStore } from '../../../src/store/folder/file-store.ts'
import type { EncodingStore } from '../../../src/store/encoding-store.ts'
import { createFolderSightings } from '../../../src/store/sightings/folder-sightings.ts'
import { DAY_MS, today } from '../../../src/store/sightings/sighting-store.ts'
import { record } from '../../store/helper.ts'
import { memoryFolder } from '../../support/folders.ts'

const DAYS = 30

interface Server {
  store: EncodingStore
  sightings: Sightings
  retention: Retention
  /** Whose deletion was told to the audit log. */
  expired: string[]
}

/** What one server process has; `now` is moved by the test, in days since 1970. */
async function startServer (t: TestContext, dir: string, clock: { now: number }): Promise<Server> {
  const store = createFileStore({ dir })
  const sightings = createSightings(createFolderSightings({ dir }))
  const documents = createFolderDocuments({ dir })
  const expired: string[] = []
  const retention = createRetention({
    days: DAYS,
    store,
    sightings,
    documents,
    onExpire: async (key, expire) => {
      expired.push(key)
      await expire()
    },
    today: () => clock.now
  })
  await store.open()
  await documents.open()
  t.after(async () => {
    await documents.close()
    await sightings.close()
    await store.close()
  })
  return { store, sightings, retention, expired }
}

const registered = async ({ store }: Server, key: string, day: number): Promise<void> => {
  const updatedAt = new Date(day * DAY_MS + 1_000).toISOString()
  await store.update(key, () => ({ ...record(key, 1), updatedAt }))
}

test('who was not seen for so long is announced a week before and deleted; who was seen stays', async (t) => {
  const start = today()
  const clock = { now: start }
  const server = await startServer(t, await memoryFolder(t), clock)
  const { store, sightings, retention, expired } = server
  await registered(server, 'old', start - 1_000)
  await registered(server, 'seen', start - 1_000)
  await registered(server, 'changed', start + 10)
  sightings.note('seen', 0.3, (start + 20) * DAY_MS)
  await sightings.flush()

  // There are no sightings of the time before: everybody has a whole term from now on.
  assert.deepEqual([await retention.look(), retention.expiring()], [null, 0])
  clock.now = start + DAYS - 7
  assert.deepEqual([await retention.look(), retention.expiring()], [null, 0])
  clock.now = start + DAYS - 6
  assert.deepEqual([await retention.look(), retention.expiring()], [null, 1])
  clock.now = start + DAYS
  assert.equal(await retention.look(), null)
  assert.ok(await store.get('old'))
  clock.now = start + DAYS + 1
  assert.deepEqual([await retention.look(), retention.expiring(), expired], [1, 0, ['old']])
  assert.equal(await store.get('old'), null)

  clock.now = start + 10 + DAYS + 1
  assert.equal(await retention.look(), 1)
  clock.now = start + 20 + DAYS + 1
  assert.equal(await retention.look(), 1)
  assert.deepEqual(expired, ['old', 'changed', 'seen'])
  for await (const [key] of sightings.entries()) assert.fail(key)
})

test('one process a day deletes, and who was recognised a moment ago stays', async (t) => {
  const start = today()
  const clock = { now: start }
  const dir = await memoryFolder(t)
  const servers = [await startServer(t, dir, clock), await startServer(t, dir, clock)] as const
  await servers[0].sightings.since()
  await registered(servers[0], 'a', start - 100)
  await registered(servers[0], 'b', start - 100)
  clock.now = start + DAYS + 1
  // Noted by the process that deletes, and not stored yet.
  for (const { sightings } of servers) sightings.note('b', 0.3, clock.now * DAY_MS)
  const others = await startServer(t, dir, clock)
  others.sightings.note('b', 0.3, clock.now * DAY_MS)
  const deleted = await Promise.all([servers[0], others].map(({ retention }) => retention.look()))
  assert.deepEqual(deleted.toSorted(), [1, null])
  assert.deepEqual([...servers[0].expired, ...others.expired], ['a'])
  assert.ok(await servers[0].store.get('b'))
  // Later on the same day there is nothing more.
  await registered(servers[0], 'c', start - 100)
  assert.equal(await servers[0].retention.look(), null)
})
