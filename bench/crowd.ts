import { mkdtemp, rm } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { createProgress } from '../commands/progress.ts'
import { encodeRecord } from '../src/store/record/codec.ts'
import { createPostgresStore } from '../src/store/postgres/postgres-store.ts'
import { GALLERY } from '../workers/gallery-layout.ts'
import { measureGallery, measureGroups } from './gallery.ts'
import { load } from './load.ts'
import { count, markdown } from './markdown.ts'
import { benchPhotos } from './photos.ts'
import { startCluster, WITHOUT_POSTGRES } from './postgres.ts'
import { servedPhoto, servedTimes } from './served.ts'
import { startBenchServer, type BenchServer } from './server.ts'
import { addStrangers, kindOf, stranger } from './strangers.ts'

/** How large it is to be. */
export interface CrowdPlan {
  searches: readonly number[]
  groups: readonly number[]
  /** Users of the gallery that groups are searched in, and of a server. */
  people: number
}

/** What a server with so many people of one encoding each costs. */
interface ServedCrowd {
  store: string
  listenMs: number
  loadMs: number
  nowMiB: number
  peakMiB: number
  matchMs: number
}

const STEP_USERS = 1_000
const PHOTO_SIZE = { width: 640, height: 480 }
const RUN_MS = 5_000
/** What is left of the memory for everything else, in bytes. */
const SPARE_BYTES = 2 ** 30

/** Starts the server as it is by default, recognises some photos, and stops it. */
async function measureServer (store: string, start: () => Promise<BenchServer>): Promise<ServedCrowd> {
  const server = await start()
  try {
    const { photos } = await benchPhotos(PHOTO_SIZE)
    const before = await servedTimes(server.url, '/recognize')
    await load(server.url, photos.map((body) => ({ method: 'POST', path: '/recognize', body })), 2, RUN_MS)
    const { stages } = servedPhoto(before, await servedTimes(server.url, '/recognize'))
    const loaded = server.log().find(({ type }) => type === 'loaded')
    return {
      store,
      listenMs: server.startMs,
      loadMs: Number(loaded?.['durationMs']),
      ...await server.memory(),
      matchMs: stages['match'] ?? NaN
    }
  } finally {
    await server.stop()
  }
}

async function measureFolder (people: number): Promise<ServedCrowd> {
  const dir = await mkdtemp(join(tmpdir(), 'face-bench-'))
  try {
    const progress = createProgress(people, 'users written', process.stderr)
    for (let first = 0; first < people; first += STEP_USERS) {
      addStrangers(dir, first, Math.min(people, first + STEP_USERS), kindOf(), 1)
      progress(first)
    }
    return await measureServer('folder', () => startBenchServer({ dir }))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Puts them into the tables as if they had been registered one after the other. */
async function addRows (url: string, people: number): Promise<void> {
  const kind = kindOf()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const progress = createProgress(people, 'users written', process.stderr)
  try {
    for (let first = 0; first < people; first += STEP_USERS) {
      const users = Array.from({ length: Math.min(STEP_USERS, people - first) }, (_, i) => stranger(first + i, kind, 1))
      const keys = users.map(({ userId }) => String(userId))
      await client.query(
        `INSERT INTO face_users (key, version, changed_at, record)
          SELECT key, version, now(), record
          FROM unnest($1::text[], $2::bigint[], $3::bytea[]) AS users(key, version, record)`,
        [keys, users.map((_, i) => first + i + 1), users.map((user, i) => encodeRecord(keys[i]!, user).bytes)]
      )
      progress(first)
    }
    await client.query('UPDATE face_feed SET version = $1 WHERE id = 1', [people])
    await client.query('ANALYZE face_users')
  } finally {
    await client.end()
  }
}

async function measureDatabase (people: number): Promise<ServedCrowd> {
  const cluster = await startCluster()
  const dir = await mkdtemp(join(tmpdir(), 'face-bench-'))
  try {
    const DATABASE_URL = await cluster.createDatabase()
    const store = createPostgresStore({ url: DATABASE_URL })
    await store.open()
    await store.close()
    await addRows(DATABASE_URL, people)
    return await measureServer('PostgreSQL', () => startBenchServer({ dir }, { DATABASE_URL }))
  } finally {
    await rm(dir, { recursive: true, force: true })
    await cluster.remove()
  }
}

/** Searches galleries and groups, and starts servers with many people; returns tables for people. */
export async function benchCrowd ({ searches, groups, people }: CrowdPlan): Promise<string> {
  const say = (text: string): void => { process.stderr.write(`${text}\n`) }
  const rowBytes = GALLERY.rowWords(kindOf().length) * 4
  const fitting = searches.filter((encodings) => encodings * rowBytes < freemem() - SPARE_BYTES)
  say('searching galleries')
  const searched = measureGallery(fitting)
  say(`searching groups of ${count(people)} people`)
  const grouped = measureGroups(people, groups)
  say(`a server with ${count(people)} people in a folder`)
  const served = [await measureFolder(people)]
  if (WITHOUT_POSTGRES) say(WITHOUT_POSTGRES)
  else {
    say(`a server with ${count(people)} people in PostgreSQL`)
    served.push(await measureDatabase(people))
  }
  return [
    markdown(['search of so many encodings, one thread', 'p50 ms', 'best ms', 'GB/s'], searched.map((one) => (
      [count(one.encodings), one.p50Ms.toFixed(2), one.ms.toFixed(2), one.readGBs.toFixed(1)]
    ))),
    markdown(
      [`search of a group of so many of ${count(people)} people, ms`, 'registered in a row', 'spread'],
      grouped.map((one) => [count(one.people), one.adjacentMs.toFixed(3), one.spreadMs.toFixed(3)])
    ),
    markdown(
      [`a server with ${count(people)} people`, 's until it listens', 'of that loading', 'match ms', 'MiB', 'peak'],
      served.map((one) => [
        one.store, (one.listenMs / 1000).toFixed(1), (one.loadMs / 1000).toFixed(1), one.matchMs.toFixed(1),
        one.nowMiB.toFixed(0), one.peakMiB.toFixed(0)
      ])
    )
  ].join('\n')
}
