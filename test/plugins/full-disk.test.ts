import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startApp } from '../helper.ts'
import { portraits } from '../photos.ts'

/** Some hundred folders, which take no blocks, and a few users. */
const DISK_BYTES = 64 * 1024

/** A disk of its own for the face data; null where the system does not let us. */
function mountDisk (): string | null {
  const dir = mkdtempSync(join(tmpdir(), 'face-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', dir], { stdio: 'ignore' })
  } catch {
    rmdirSync(dir)
    return null
  }
  after(async () => {
    execFileSync('umount', ['--lazy', dir])
    await rm(dir, { recursive: true })
  })
  return dir
}

const disk = mountDisk()

test('while the disk is full or read-only, registrations say so and recognition goes on; ' +
  'afterwards all goes on by itself', {
  skip: disk === null && 'a disk of its own can only be mounted by root'
}, async (t) => {
  const dir = disk ?? ''
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
})
