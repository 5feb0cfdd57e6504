import assert from 'node:assert/strict'
import { basename, dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  dataFolder, isTempOf, tempOwner, USER_FOLDERS, userFileName, userFolder, userKeyOf
} from '../../src/store/folder/layout.ts'
import { seeded } from '../support/seeded.ts'

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@-'
const KEYS = [
  ...CHARACTERS, '.', '..', '...', '.face', 'u-a.face', 'anna', 'Anna', 'ANNA', 'aNNA', 'con', 'NUL', '-', '@', '7',
  '007',
  'Z'.repeat(64), 'z'.repeat(64), '.'.repeat(64), 'a.b@example.org'
]

/** Many user ids, beside those that are most likely to be confused. */
function manyKeys (t: TestContext): string[] {
  const random = seeded(t)
  const key = (): string => Array.from({ length: 1 + random.below(64) }, () => random.of(CHARACTERS)).join('')
  return [...KEYS, ...Array.from({ length: 5000 }, key)]
}

test('every user id has a file name that leads back to it', (t) => {
  for (const key of manyKeys(t)) assert.equal(userKeyOf(userFileName(key)), key)
})

test('no two user ids share a file, even where case does not count', (t) => {
  const keys = new Set(manyKeys(t))
  assert.equal(new Set([...keys].map((key) => userFileName(key).toLowerCase())).size, keys.size)
})

test('a user file never leaves its sub-folder, is never hidden and fits into a name', () => {
  const { users, userPath } = dataFolder('/data')
  for (const key of KEYS) {
    const path = userPath(key)
    assert.equal(dirname(dirname(path)), users)
    assert.ok(USER_FOLDERS.includes(userFolder(key)))
    assert.match(basename(path), /^u-[a-z0-9_.@+-]+\.face$/)
    assert.ok(basename(path).length <= 143)
  }
})

test('what is no user id is refused', () => {
  for (const key of ['', 'a/b', '../a', 'a\\b', 'a b', 'a\0', 'ä', '+a', 'a\n', 'a'.repeat(65)]) {
    assert.throws(() => userFileName(key), { name: 'AssertionError' }, JSON.stringify(key))
    assert.throws(() => userFolder(key), { name: 'AssertionError' }, JSON.stringify(key))
  }
})

test('names that the server does not make belong to no user', () => {
  const names = [
    'u-.face', 'u-A.face', 'u-+.face', 'u-+1.face', 'u-++a.face', 'u-a.face~', 'U-a.face', '.u-a.face', 'u-a.face.Xy12',
    'a.face', 'u-a', 'u-a/b.face', 'u-a.FACE', `u-${'a'.repeat(65)}.face`, 'u-a.face\n', '.gitkeep'
  ]
  for (const name of names) assert.equal(userKeyOf(name), null, name)
})

test('temporary files are told from user files and from those of other users', () => {
  const { tempPath } = dataFolder('/data')
  for (const key of KEYS) {
    const name = basename(tempPath(key))
    assert.equal(userKeyOf(name), null)
    assert.equal(tempOwner(name)?.pid, process.pid)
    assert.ok(isTempOf(key, name))
    assert.ok(!isTempOf('somebody', name))
    assert.ok(!isTempOf(key, userFileName(key)))
    assert.notEqual(basename(tempPath(key)), name)
    assert.equal(dirname(tempPath(key)), dirname(join(dataFolder('/data').userPath(key))))
  }
})
