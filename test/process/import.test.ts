import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js'
import { temporaryFolder } from '../helper.ts'
import { labelled, labelledFolder, WITHOUT_FACES } from '../photos.ts'
import { seeded } from '../support/seeded.ts'
import { startServer, type ServerProcess } from './server-process.ts'

const ADMIN_KEY = 'a-key-for-the-tests-of-imports'
const authorization = `Bearer ${ADMIN_KEY}`
/** People, each with one photo. */
const PHOTOS = Number(process.env['IMPORT_PHOTOS'] ?? 60)

interface Line { outcome?: string, done?: boolean, registered?: number, unchanged?: number, refused?: number }

/** The lines of the report as they come; ends when the connection does. */
async function * importInto ({ url }: ServerProcess, zip: Uint8Array<ArrayBuffer>): AsyncGenerator<Line> {
  const response = await fetch(`${url}/users/import`, {
    method: 'POST', headers: { authorization, 'content-type': 'application/zip' }, body: zip
  })
  assert.equal(response.status, 200)
  let text = ''
  try {
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (text + part).split('\n')
      text = lines.pop()!
      for (const line of lines) yield JSON.parse(line) as Line
    }
  } catch {
    // The server was killed.
  }
}

test(`an import of ${PHOTOS} photos that is killed and sent again does nobody twice`, {
  skip: WITHOUT_FACES, timeout: 1_800_000
}, async (t) => {
  const random = seeded(t)
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false, level: 0 })
  for (const [i, path] of (await labelledFolder('strangers')).slice(0, PHOTOS).entries()) {
    await writer.add(`${i}.jpg`, new Uint8ArrayReader(await labelled(path)))
  }
  const zip = await writer.close() as Uint8Array<ArrayBuffer>
  const env = { ADMIN_KEY, FACE_DATA_DIR: await temporaryFolder(t), INFERENCE_THREADS: '2' }

  const first = await startServer(t, env)
  const killAfter = 1 + random.below(PHOTOS / 2)
  let reported = 0
  for await (const { outcome } of importInto(first, zip)) {
    if (outcome === 'registered') reported++
    if (outcome !== undefined && reported === killAfter) first.child.kill('SIGKILL')
  }
  assert.equal(await first.exited, 'SIGKILL')

  const second = await startServer(t, env)
  async function summary (): Promise<Line> {
    let last: Line = {}
    for await (const line of importInto(second, zip)) last = line
    return last
  }
  const resumed = await summary()
  assert.equal(resumed.done, true)
  assert.ok(resumed.unchanged! >= killAfter)
  assert.equal(resumed.registered! + resumed.unchanged! + resumed.refused!, PHOTOS)
  const users: Array<{ encoding_count: number }> = []
  for (let cursor = ''; ;) {
    const response = await fetch(`${second.url}/users?limit=1000${cursor}`, { headers: { authorization } })
    const page = await response.json() as { users: typeof users, next_cursor: string | null }
    users.push(...page.users)
    if (page.next_cursor === null) break
    cursor = `&cursor=${page.next_cursor}`
  }
  assert.equal(users.length, resumed.registered! + resumed.unchanged!)
  assert.ok(users.every(({ encoding_count: count }) => count === 1))
  const { registered, unchanged } = await summary()
  assert.deepEqual([registered, unchanged], [0, users.length])
  t.diagnostic(`killed after ${killAfter}; ${resumed.registered} registered by the second import, ` +
    `${resumed.refused} refused`)
})
