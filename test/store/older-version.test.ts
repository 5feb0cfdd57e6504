import assert from 'node:assert/strict'
import { execFileSync, execSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { WITHOUT_POSTGRES, startCluster } from '../../bench/postgres.ts'
import { createGallery, type Gallery } from '../../src/gallery/gallery.ts'
import { DLIB_KIND, madeKind } from '../../src/networks/kinds.ts'
import type { EncodingStore, UserRecord } from '../../src/store/encoding-store.ts'
import { createFileStore } from '../../src/store/folder/file-store.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { StoreEvent } from '../../src/store/store-event.ts'
import { encoding, eventually, Follower, newKeys, record, seedsOf, temporaryFolder } from './helper.ts'

/** The last commit whose stores know nothing of kinds and of fields that are not their own. */
const OLDER = 'f7361b5647b6aee630e983a3eaa1cadc0d379e10'
const NETWORK = 'face-api/face_recognition/dlib-chip-v1'

const without = ((): string | false => {
  try {
    execFileSync('git', ['cat-file', '-e', `${OLDER}^{commit}`], { stdio: 'ignore' })
    return false
  } catch {
    return `the history does not reach back to ${OLDER}`
  }
})()

interface Version {
  createFileStore: typeof createFileStore
  createPostgresStore: typeof createPostgresStore
  createGallery: typeof createGallery
}

const NEWER: Version = { createFileStore, createPostgresStore, createGallery }

/** The stores and the gallery of that commit, from its own sources. */
async function checkOutOlder (): Promise<Version> {
  const dir = mkdtempSync(join(tmpdir(), 'older-version-'))
  after(() => rmSync(dir, { recursive: true, force: true }))
  execSync(`git archive ${OLDER} src workers package.json | tar x -C ${dir}`)
  mkdirSync(join(dir, 'node_modules/node-pg-migrate'), { recursive: true })
  for (const name of readdirSync('node_modules')) {
    if (name !== 'node-pg-migrate') symlinkSync(resolve('node_modules', name), join(dir, 'node_modules', name))
  }
  // What it made tables with is no dependency any more: it finds them made.
  writeFileSync(join(dir, 'node_modules/node-pg-migrate/package.json'), '{"type":"module","exports":"./index.js"}')
  writeFileSync(join(dir, 'node_modules/node-pg-migrate/index.js'), 'export const runner = async () => {}\n')
  const load = async <T>(path: string): Promise<T> => await import(pathToFileURL(join(dir, 'src', path)).href) as T
  return {
    ...await load<Pick<Version, 'createFileStore'>>('store/file-store.ts'),
    ...await load<Pick<Version, 'createPostgresStore'>>('store/postgres/postgres-store.ts'),
    ...await load<Pick<Version, 'createGallery'>>('gallery/gallery.ts')
  }
}

/** A user as the present version may write one, with every field that the older one does not know. */
function newerUser (): UserRecord {
  const plain = record('newer', 1, 2, 3, 4)
  const kinds = [
    madeKind(NETWORK, 'none'), madeKind(NETWORK, 'flip'), DLIB_KIND, { model: 'fr-feature/192-axes/five-points-v1' }
  ]
  const encodings = plain.encodings.map((one, i) => ({ ...one, ...kinds[i]! }))
  encodings[0]!.sealedChip = Buffer.alloc(8000, 7)
  encodings[3]!.vector = Float32Array.from({ length: 192 }, (_, i) => i === 0 ? 4 : 1 / (i + 1))
  return {
    ...plain,
    encodings,
    displayName: 'Newer',
    metadata: { room: 7 },
    groups: ['a'],
    consentId: '1',
    validFrom: '2026-01-01T00:00:00Z'
  }
}

/** The user as the older version knows it. */
function asOlder ({ userId, updatedAt, encodings }: UserRecord): UserRecord {
  return {
    userId,
    updatedAt,
    encodings: encodings.map(({ vector, quality, registeredAt, model }) => ({ vector, quality, registeredAt, model }))
  }
}

interface Server { store: EncodingStore, gallery: Gallery, follower: Follower, events: StoreEvent[] }
type Open = (version: Version) => Promise<Server>

function opener (
  t: TestContext, create: (version: Version, onEvent: (event: StoreEvent) => void) => EncodingStore
): Open {
  return async (version) => {
    const events: StoreEvent[] = []
    const store = create(version, (event) => events.push(event))
    const gallery = version.createGallery(NETWORK)
    const follower = new Follower()
    store.onChange(gallery.apply)
    store.onChange(follower.listener)
    t.after(() => store.close())
    await store.open()
    return { store, gallery, follower, events }
  }
}

/** Nothing was said to be wrong with any record. */
function assertSound ({ events }: Server): void {
  assert.deepEqual(events.filter(({ type }) => !['loaded', 'connected', 'polling', 'loading'].includes(type)), [])
}

/** What galleries of both versions count. */
function countsOf ({ gallery }: Server): object {
  const { users, encodings, outdated } = gallery.counts()
  return { users, encodings, outdated }
}

/** The two follow each other, whoever changed something. */
async function inStep (one: Server, other: Server): Promise<void> {
  await eventually(() => isDeepStrictEqual(one.follower.users, other.follower.users))
  assert.deepEqual(countsOf(one), countsOf(other))
}

/** Servers of both versions on the same data: an update while they run, changes by both, and a way back. */
async function sideBySide (older: Version, open: Open): Promise<void> {
  const plain = record('before', 10, 11)
  const before = { ...plain, encodings: plain.encodings.map((one) => ({ ...one, model: NETWORK })) }
  const old = await open(older)
  await old.store.update('before', () => before)

  // The newer one starts beside it and reads what is there.
  const present = await open(NEWER)
  assert.deepEqual(await present.store.get('before'), before)
  await inStep(old, present)

  // What it writes, whatever is in it, is read by the older one and never set aside.
  const newer = newerUser()
  await present.store.update('newer', () => newer)
  await inStep(old, present)
  assert.deepEqual(await old.store.get('newer'), asOlder(newer))
  assert.deepEqual(countsOf(old), { users: 2, encodings: 6, outdated: 0 })

  // Each adds to what the other one wrote. The older one keeps all encodings and loses the fields that it does not
  // know.
  await present.store.update('before', (user) => ({
    ...user!, encodings: [...user!.encodings, { ...encoding(12), ...madeKind(NETWORK, 'flip') }]
  }))
  await old.store.update('newer', (user) => ({
    ...user!, encodings: [...user!.encodings, { ...encoding(5), model: NETWORK }]
  }))
  await inStep(old, present)
  assert.deepEqual(seedsOf(await old.store.get('before')), [10, 11, 12])
  assert.deepEqual(await present.store.get('newer'), {
    ...asOlder(newer), encodings: [...asOlder(newer).encodings, { ...encoding(5), model: NETWORK }]
  })
  await present.store.update('gone', () => record('gone', 1))
  await old.store.update('gone', () => null)
  await inStep(old, present)
  for (const server of [old, present]) {
    assertSound(server)
    await server.store.close()
  }

  // Back to the older version alone, and forward again.
  const users: Array<UserRecord | null> = []
  for (const version of [older, NEWER]) {
    const server = await open(version)
    assert.deepEqual(countsOf(server), { users: 2, encodings: 8, outdated: 0 })
    assertSound(server)
    users.push(await server.store.get('newer'))
    await server.store.close()
  }
  assert.deepEqual(users[0], users[1])
}

if (without) {
  test('servers of this version and of the one before it share a folder and a database', { skip: without })
} else {
  const older = await checkOutOlder()

  for (const [how, keys] of [['plain', []], ['encrypted', newKeys()]] as const) {
    test(`servers of this version and of the one before it share a folder, ${how}`, async (t) => {
      const dir = await temporaryFolder(t)
      await sideBySide(older, opener(t, (version, onEvent) => version.createFileStore({ dir, keys, onEvent })))
      assert.deepEqual(readdirSync(join(dir, 'quarantine')), [])
    })
  }

  test('servers of this version and of the one before it share a database', { skip: WITHOUT_POSTGRES }, async (t) => {
    const cluster = await startCluster()
    t.after(cluster.remove)
    const url = await cluster.createDatabase()
    const first = createPostgresStore({ url })
    await first.open()
    await first.close()
    await sideBySide(older, opener(t, (version, onEvent) => version.createPostgresStore({ url, onEvent })))
  })
}
