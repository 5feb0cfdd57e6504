import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFolderRequests } from '../../src/store/requests/folder-requests.ts'
import { memoryFolder, temporaryFolder } from './helper.ts'
import { ANSWER, FINGERPRINT, opened, requestId, requestsContract } from './requests-contract.ts'

const BUSY_MS = 60_000
const HOUR_MS = 3_600_000

const hourOf = (ms: number): string => new Date(ms).toISOString().slice(0, 13)

async function allBytes (dir: string): Promise<Buffer> {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  return Buffer.concat(await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name)))))
}

requestsContract('folder requests', async (t) => {
  const dir = await memoryFolder(t)
  return {
    create: ({ keys = [], busyMs = BUSY_MS } = {}) => createFolderRequests({ dir, keys, busyMs }),
    place: dir,
    stored: () => allBytes(dir)
  }
})

test('a request is found in the folders of the last 24 hours, and older ones are removed', async (t) => {
  const dir = await temporaryFolder(t)
  const requests = createFolderRequests({ dir, keys: [], busyMs: BUSY_MS })
  t.after(() => requests.close())
  const now = Date.now()
  await opened(await requests.begin(requestId('a'), FINGERPRINT)).answered(ANSWER)
  const [present] = await readdir(join(dir, 'requests'))
  const move = (from: string, to: string): Promise<void> =>
    rename(join(dir, 'requests', from), join(dir, 'requests', to))
  const [recent, old] = [hourOf(now - 24 * HOUR_MS), hourOf(now - 26 * HOUR_MS)]
  await move(present!, recent)
  assert.equal((await requests.begin(requestId('a'), FINGERPRINT)).state, 'answered')
  await move(recent, old)
  await mkdir(join(dir, 'requests', 'not-an-hour'))
  // It counts no longer, also before it is removed.
  await opened(await requests.begin(requestId('a'), FINGERPRINT)).forget()
  await requests.open()
  assert.deepEqual((await readdir(join(dir, 'requests'))).filter((name) => name === old || name === 'not-an-hour'), [
    'not-an-hour'
  ])
})

test('what a power loss left of a request counts as in work for a while, and then as a repeat', async (t) => {
  for (const bytes of [0, 40]) {
    const dir = await temporaryFolder(t)
    const requests = createFolderRequests({ dir, keys: [], busyMs: BUSY_MS })
    await opened(await requests.begin(requestId('a'), FINGERPRINT)).leave()
    const [hour = ''] = await readdir(join(dir, 'requests'))
    await truncate(join(dir, 'requests', hour, `${requestId('a')}.1`), bytes)
    assert.equal((await requests.begin(requestId('a'), FINGERPRINT)).state, 'in-progress')
    const later = createFolderRequests({ dir, keys: [], busyMs: 0 })
    assert.equal(opened(await later.begin(requestId('a'), FINGERPRINT)).isRepeat, true)
  }
})

test('a folder that cannot be written refuses the request', async (t) => {
  const dir = await temporaryFolder(t)
  await writeFile(join(dir, 'requests'), '')
  const requests = createFolderRequests({ dir, keys: [], busyMs: BUSY_MS })
  await requests.open()
  t.after(() => requests.close())
  await assert.rejects(requests.begin(requestId('a'), FINGERPRINT), { code: 'STORE_UNAVAILABLE' })
})
