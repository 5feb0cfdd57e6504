import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { appendFile, mkdir, readFile, symlink, truncate, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { dataFolder } from '../../src/store/folder/layout.ts'
import { encodeRecord, RECORD_BYTES_MAX } from '../../src/store/record/codec.ts'
import { faultyFileSystem } from './faulty-file-system.ts'
import { adding, eventually, filesIn, openStore, record, memoryFolder } from './helper.ts'

const KEY = 'anna'
const ANNA = encodeRecord(KEY, record(KEY, 1)).bytes

/** An intact file of anna with other fields. */
function withFields (fields: object): Buffer {
  const present = JSON.parse(ANNA.toString('utf8', ANNA.indexOf('\n') + 1)) as object
  const json = Buffer.from(JSON.stringify({ ...present, ...fields }) + '\n')
  return Buffer.concat([Buffer.from(`FACE1 sha256=${hash('sha256', json, 'hex')}\n`), json])
}

/** What may lie in the place of anna's file, how it gets there, and the reason that is given for setting it aside. */
const DAMAGES: Array<[damage: string, reason: string, make: (path: string) => Promise<unknown>]> = [
  ['an empty file', 'empty file', (path) => writeFile(path, '')],
  ['a file that ends in its header', 'no valid header', (path) => writeFile(path, ANNA.subarray(0, 40))],
  ['a file that ends early', 'checksum mismatch', (path) => writeFile(path, ANNA.subarray(0, -9))],
  ['a file that goes on', 'checksum mismatch', (path) => appendFile(path, '\n')],
  ['a file of something else', 'no valid header', (path) => writeFile(path, '{"user_id":"anna"}')],
  ['a file of another user', 'user id is not the one of the file name', (path) => (
    writeFile(path, encodeRecord('otto', record('otto', 1)).bytes)
  )],
  ['a huge file', 'file too large', (path) => truncate(path, 5 * 1024 ** 3)],
  ['a file that is a byte too large', 'file too large', (path) => truncate(path, RECORD_BYTES_MAX + 1)],
  ['a folder', 'not a file', async (path) => {
    await unlink(path)
    await mkdir(join(path, 'full'), { recursive: true })
  }],
  ['a named pipe', 'not a file', async (path) => { await unlink(path); execFileSync('mkfifo', [path]) }],
  ['a link to a device', 'not a file', async (path) => { await unlink(path); await symlink('/dev/zero', path) }]
]

/** A folder of three users, of which anna's file is to be damaged. */
async function folderOf (t: TestContext): Promise<{ dir: string, path: string }> {
  const dir = await memoryFolder(t)
  const { store } = await openStore(t, { dir })
  for (const [seed, key] of ['otto', KEY, 'berta'].entries()) await store.update(key, adding(key, seed))
  await store.close()
  return { dir, path: dataFolder(dir).userPath(KEY) }
}

// They wait for files to settle most of the time.
describe('damaged files', { concurrency: true }, () => {
  test('at the start, whatever lies in the place of a user\'s file is set aside with the reason, ' +
    'and the others are served', async (t) => {
    await Promise.all(DAMAGES.map(async ([damage, reason, make]) => {
      const { dir, path } = await folderOf(t)
      await make(path)
      const { store, follower, events } = await openStore(t, { dir })
      const [loaded, found, ...others] = events
      assert.deepEqual([loaded?.type, others], ['loaded', []], damage)
      assert.ok(found?.type === 'quarantined' && found.reason === reason, `${damage}: ${JSON.stringify(found)}`)
      assert.match(found.file, new RegExp(`^quarantine/u-anna\\.face\\..+\\.${reason.replaceAll(' ', '-')}$`), damage)
      assert.deepEqual([...follower.users.keys()].sort(), ['berta', 'otto'], damage)
      assert.equal(await store.damaged(), 1, damage)
      assert.equal(await store.get(KEY), null, damage)
      assert.deepEqual(await store.update(KEY, adding(KEY, 5)), record(KEY, 5), damage)
    }))
  })

  test('at run time, a damaged file is set aside as it is, and its user is gone until registered again', async (t) => {
    const { dir, path } = await folderOf(t)
    const one = await openStore(t, { dir })
    const two = await openStore(t, { dir })
    const damaged = Buffer.concat([ANNA.subarray(0, 300), Buffer.from('!'), ANNA.subarray(301)])
    await writeFile(path, damaged)
    for (const { follower } of [one, two]) await eventually(() => !follower.users.has(KEY))
    const [name = '', ...others] = await filesIn(join(dir, 'quarantine'))
    assert.deepEqual(others, [])
    assert.deepEqual(await readFile(join(dir, 'quarantine', name)), damaged)
    // One of them did it, once.
    assert.equal([...one.events, ...two.events].filter(({ type }) => type === 'quarantined').length, 1)

    await one.store.update(KEY, adding(KEY, 5))
    await writeFile(path, 'again')
    await eventually(async () => (await filesIn(join(dir, 'quarantine'))).length === 2)
    assert.equal(await two.store.get(KEY), null)
    await one.store.close()
    assert.equal(await (await openStore(t, { dir })).store.damaged(), 2)
  })

  test('a read finds damage that nothing told of', async (t) => {
    const { dir, path } = await folderOf(t)
    const { store, follower } = await openStore(t, { dir })
    await writeFile(path, ANNA.subarray(0, -1))
    assert.equal(await store.get(KEY), null)
    assert.deepEqual([follower.users.has(KEY), await store.damaged()], [false, 1])
  })

  test('a damaged file that cannot be set aside stays, is reported, and its user cannot be changed', async (t) => {
    await Promise.all(['rename', 'mkdir'].map(async (failing) => {
      const { dir, path } = await folderOf(t)
      await writeFile(path, ANNA.subarray(0, -1))
      let broken = true
      const { fs } = faultyFileSystem((call, _, [target]) => (
        broken && call === failing && /anna|quarantine/.test(String(target)) ? 'EIO' : undefined
      ))
      const { store, events } = await openStore(t, { dir, fs })
      assert.deepEqual(events.filter(({ type }) => type === 'damaged'), [
        { type: 'damaged', file: path.slice(dir.length + 1), reason: 'checksum mismatch' }
      ])
      await assert.rejects(store.update(KEY, adding(KEY, 5)), { code: 'STORE_UNAVAILABLE' })
      assert.equal(await store.get(KEY), null)
      assert.deepEqual(await readFile(path), ANNA.subarray(0, -1))
      broken = false
      assert.deepEqual(await store.update(KEY, adding(KEY, 5)), record(KEY, 5))
      assert.equal(await store.damaged(), 1)
    }))
  })

  test('an intact file that is not understood stays in its place, ' +
    'unread and unchanged, until its user is deleted', async (t) => {
    const files: Array<[reason: string, content: Buffer]> = [
      ['unknown format version', Buffer.from('FACE3 of-tomorrow\n...')],
      ['no encodings', withFields({ encodings: {} })],
      ['a time is not ISO 8601 in UTC', withFields({ valid_until: ['Mondays'] })]
    ]
    for (const [reason, content] of files) {
      const { dir, path } = await folderOf(t)
      await writeFile(path, content)
      const { store, follower, events } = await openStore(t, { dir })
      assert.deepEqual(events.slice(1), [{ type: 'unsupported', file: path.slice(dir.length + 1), reason }])
      assert.deepEqual([...follower.users.keys()].sort(), ['berta', 'otto'])
      assert.deepEqual([await store.get(KEY), await store.damaged(), store.unreadable()], [null, 0, 1])
      await assert.rejects(store.update(KEY, adding(KEY, 5)), { code: 'STORE_UNAVAILABLE' })
      assert.deepEqual([await readFile(path), events.length], [content, 2])
      assert.equal(await store.erase(KEY), KEY)
      await assert.rejects(readFile(path), { code: 'ENOENT' })
      assert.deepEqual(await store.update(KEY, adding(KEY, 5)), record(KEY, 5))
    }
  })

  test('erasing a user whose file is damaged says that there was something', async (t) => {
    for (const setAside of [false, true]) {
      const { dir, path } = await folderOf(t)
      const { store } = await openStore(t, { dir })
      await writeFile(path, ANNA.subarray(0, -1))
      if (setAside) await eventually(async () => await store.damaged() === 1)
      assert.equal(await store.erase(KEY), KEY)
      assert.deepEqual([await store.damaged(), await filesIn(join(dir, 'quarantine'))], [0, []])
      assert.equal(await store.erase(KEY), null)
    }
  })

  test('a file that a newer version writes while the server runs ' +
    'takes its user out of the gallery, and is left alone', async (t) => {
    const { dir, path } = await folderOf(t)
    const { follower, events } = await openStore(t, { dir })
    assert.ok(follower.users.has(KEY))
    const content = withFields({ groups: 'all' })
    await writeFile(path, content)
    await eventually(() => !follower.users.has(KEY))
    assert.deepEqual(events.slice(1), [
      { type: 'unsupported', file: path.slice(dir.length + 1), reason: 'the groups are not valid' }
    ])
    assert.deepEqual(await readFile(path), content)
  })

  test('files that are no user\'s where they lie are reported, never touched', async (t) => {
    const { dir, path } = await folderOf(t)
    const elsewhere = join(dir, 'users', basename(dirname(path)) === '00' ? '01' : '00')
    const strange = [
      join(elsewhere, basename(path)), `${path}~`, join(dirname(path), 'U-ANNA.FACE'), join(dirname(path), 'notes.txt')
    ]
    for (const name of strange) await writeFile(name, ANNA)
    const { store, follower, events } = await openStore(t, { dir })
    assert.deepEqual(
      events.flatMap((event) => event.type === 'ignored' ? [join(dir, event.file)] : []).sort(), strange.sort()
    )
    await store.update(KEY, () => null)
    assert.deepEqual([...follower.users.keys()].sort(), ['berta', 'otto'])
    for (const name of strange) assert.deepEqual(await readFile(name), ANNA)
  })
})
