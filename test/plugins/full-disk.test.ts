import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startApp } from '../helper.ts'
import { portraits } from '../photos.ts'
import { runOnDisk, WITHOUT_DISK } from '../support/private-disk.ts'

/** Some hundred folders, which take no blocks, a few users, and what the audit log reserves for deletions. */
const DISK_BYTES = 1024 * 1024
/** Set where this file runs itself, on a disk of its own. */
const DISK = process.env['DISK']
const TITLE = 'while the disk is full or read-only, registrations say so and recognition goes on; ' +
  'afterwards all goes on by itself'

async function onDisk (t: TestContext, dir: string): Promise<void> {
  const app = await startApp(t, { FACE_DATA_DIR: dir, FACE_QUALITY_THRESHOLD: '0.5' })
  const [anna, again, bella, clara] = await Promise.all([
    portraits.anna(), portraits.annaAgain(), portraits.bella(), portraits.clara()
  ])
  const send = async (url: string, payload: Buffer): Promise<Record<string, unknown>> => {
    const answer = await app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'image/jpeg' } })
    return { status: answer.statusCode, ...answer.json<Record<string, unknown>>() }
  }
  const remove = async (id: number): Promise<number> =>
    (await app.inject({ method: 'DELETE', url: `/face/${id}` })).statusCode
  const recognises = async (): Promise<void> => {
    assert.equal((await send('/recognize', again))['user_id'], 7)
    for (const url of ['/health', '/stats', '/health/ready']) assert.equal((await app.inject(url)).statusCode, 200, url)
  }
  assert.equal((await send('/register-face?user_id=7', anna))['status'], 200)
  assert.equal((await send('/register-face?user_id=8', bella))['status'], 200)

  assert.equal((await send('/recognize', bella))['user_id'], 8)
  await app.sightings.flush()

  await assert.rejects(writeFile(join(dir, 'ballast'), Buffer.alloc(DISK_BYTES)), { code: 'ENOSPC' })
  for (const [id, photo] of [[7, again], [8, bella], [9, clara]] as const) {
    assert.deepEqual(await send(`/register-face?user_id=${id}`, photo), {
      status: 507,
      success: false,
      message: 'The disk for the face data is full: tell the administrator',
      code: 'STORE_FULL'
    }, String(id))
  }
  await recognises()
  assert.equal(await remove(8), 200)
  // What the deletion freed is enough.
  assert.equal((await send('/register-face?user_id=8', bella))['status'], 200)
  await rm(join(dir, 'ballast'))
  await app.sightings.flush()
  assert.equal(await app.sightings.lastSeen('8'), null)
  assert.equal((await send('/register-face?user_id=7', again))['encoding_count'], 2)

  execFileSync('mount', ['-o', 'remount,ro', dir])
  assert.deepEqual(await send('/register-face?user_id=7', again), {
    status: 503,
    success: false,
    message: 'The face data cannot be read or written now: try again later',
    code: 'STORE_UNAVAILABLE'
  })
  assert.equal(await remove(8), 503)
  await recognises()
  execFileSync('mount', ['-o', 'remount,rw', dir])
  assert.equal(await remove(8), 200)
  assert.equal((await send('/recognize', bella))['user_id'], 'unknown')
}

if (DISK !== undefined) test(TITLE, (t) => onDisk(t, DISK))
else {
  test(TITLE, { skip: WITHOUT_DISK }, async (t) => {
    const program = [import.meta.resolve('tsx/cli'), import.meta.url].map((url) => fileURLToPath(url))
    assert.match(await runOnDisk(t, DISK_BYTES, program), /^# pass 1$/m)
  })
}
