import assert from 'node:assert/strict'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeFileSystem } from '../../src/store/folder/file-system.ts'
import { isOwnerAlive, ownerName, parseOwner } from '../../src/store/folder/process-identity.ts'
import { userTag } from '../../src/store/folder/layout.ts'
import { createUserLock, type Claim } from '../../src/store/folder/lock.ts'
import { faultyFileSystem } from './faulty-file-system.ts'
import { eventually, startChild, temporaryFolder } from './helper.ts'

const fs = nodeFileSystem

/** A claim by a process of another host. */
const foreignClaim = (key: string): string => `${userTag(key)}.0123456789ab.1.1.0123456789abcdef`

test('one holder at a time, whoever contends, and no claim is left', async (t) => {
  const folder = await temporaryFolder(t)
  let holders = 0
  let turns = 0
  await Promise.all(Array.from({ length: 6 }, async () => {
    const lock = createUserLock({ folder, fs })
    for (let turn = 0; turn < 10; turn++) {
      const claim = await lock.acquire('anna')
      assert.equal(++holders, 1)
      await new Promise(setImmediate)
      holders--
      turns++
      await claim.release()
    }
  }))
  assert.equal(turns, 60)
  assert.deepEqual(await readdir(folder), [])
})

/** Asks for anna's lock, and tells meanwhile whether it was given. */
function acquireAnna (folder: string): { acquired: () => boolean, claim: Promise<Claim> } {
  let acquired = false
  const claim = createUserLock({ folder, fs }).acquire('anna')
  claim.then(() => { acquired = true }, () => {})
  return { acquired: () => acquired, claim }
}

test('users do not wait for each other', async (t) => {
  const lock = createUserLock({ folder: await temporaryFolder(t), fs })
  const claims = [await lock.acquire('anna'), await lock.acquire('Anna'), await lock.acquire('7')]
  for (const claim of claims) await claim.release()
})

test('a claim held by another process keeps others out; when that process is ' +
  'killed the next one gets in', async (t) => {
  const folder = await temporaryFolder(t)
  const child = startChild(t, 'hold-lock', folder, 'anna')
  await eventually(() => child.lines.includes('held'))
  const waiting = acquireAnna(folder)
  await (await createUserLock({ folder, fs }).acquire('someone-else')).release()
  assert.equal(waiting.acquired(), false)
  child.kill()
  await (await waiting.claim).release()
  assert.deepEqual(await readdir(folder), [])
})

test('what killed processes left is swept, claims of the living and of other hosts stay', async (t) => {
  const folder = await temporaryFolder(t)
  const child = startChild(t, 'hold-lock', folder, 'anna')
  await eventually(() => child.lines.includes('held'))
  await writeFile(join(folder, foreignClaim('anna')), '')
  const lock = createUserLock({ folder, fs })
  const claim = await lock.acquire('berta')
  await lock.sweep()
  assert.equal((await readdir(folder)).length, 3)
  child.kill()
  await child.ended
  await lock.sweep()
  assert.equal((await readdir(folder)).length, 2)
  await claim.release()
  assert.deepEqual(await readdir(folder), [foreignClaim('anna')])
})

test('a claim of another host counts until it is ten seconds old', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, foreignClaim('anna'))
  await writeFile(path, '')
  const waiting = acquireAnna(folder)
  await (await createUserLock({ folder, fs }).acquire('berta')).release()
  assert.equal(waiting.acquired(), false)
  const old = new Date(Date.now() - 11_000)
  await utimes(path, old, old)
  await (await waiting.claim).release()
  assert.deepEqual(await readdir(folder), [])
})

test('a process is known by its start, not by its number alone', () => {
  const own = parseOwner(ownerName())
  assert.ok(own)
  assert.equal(isOwnerAlive(own), true)
  assert.equal(isOwnerAlive({ ...own, pid: 2 ** 22 + 1 }), false)
  assert.equal(isOwnerAlive({ ...own, hostId: '0123456789ab' }), undefined)
  if (process.platform === 'linux') assert.equal(isOwnerAlive({ ...own, start: '1' }), false)
  for (const name of ['', 'a.b.c.d', `${ownerName()}x`, `x${ownerName()}`]) assert.equal(parseOwner(name), null)
})

test('a holder gives up once its claim is too old to rely on', async (t) => {
  let now = 0
  const claim = await createUserLock({ folder: await temporaryFolder(t), fs, now: () => now }).acquire('anna')
  now = 5_000
  claim.assertHeld()
  now = 5_001
  assert.throws(() => claim.assertHeld(), { code: 'STORE_UNAVAILABLE' })
  await claim.release()
})

test('a claim that could not be removed blocks its own process no longer, and is removed later', async (t) => {
  const folder = await temporaryFolder(t)
  let broken = true
  const lock = createUserLock({
    folder, fs: faultyFileSystem((call) => broken && call === 'unlink' ? 'EIO' : undefined).fs
  })
  await (await lock.acquire('anna')).release()
  assert.equal((await readdir(folder)).length, 1)
  broken = false
  await (await lock.acquire('anna')).release()
  assert.deepEqual(await readdir(folder), [])
})

test('the folder of the claims is made again if somebody removed it', async (t) => {
  const folder = join(await temporaryFolder(t), 'locks')
  await (await createUserLock({ folder, fs }).acquire('anna')).release()
  assert.deepEqual(await readdir(folder), [])
})

test('a claim that cannot be made is a coded error and leaves nothing', async (t) => {
  const folder = join(await temporaryFolder(t), 'locks')
  await mkdir(folder)
  for (const call of ['open', 'readdir', 'stat', 'file.close']) {
    for (const [code, expected] of [['EIO', 'STORE_UNAVAILABLE'], ['ENOSPC', 'STORE_FULL']]) {
      const lock = createUserLock({ folder, fs: faultyFileSystem((made) => made === call ? code : undefined).fs })
      await assert.rejects(lock.acquire('anna'), { code: expected }, `${call} ${code}`)
      assert.deepEqual(await readdir(folder), [], call)
    }
  }
})
