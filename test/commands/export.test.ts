import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { importUsers } from '../../commands/import.ts'
import { loadConfig } from '../../src/config.ts'
import { parseDataKeys } from '../../src/store/record/seal.ts'
import { createFileStore } from '../../src/store/folder/file-store.ts'
import { createRecordCodec } from '../../src/store/record/codec.ts'
import { adding, filesIn, keyText, openStore, record, seedsOf, temporaryFolder } from '../store/helper.ts'
import { runCommand } from './helper.ts'

const KEYS = Array.from({ length: 60 }, (_, id) => String(id))

test('an export holds every user as a whole while they change, can be read by its owner ' +
  'alone, and comes back as it was', async (t) => {
  const [dir, folder, restored] = [await temporaryFolder(t), await temporaryFolder(t), await temporaryFolder(t)]
  const [key, other] = [keyText(), keyText()]
  const { store } = await openStore(t, { dir, keys: parseDataKeys(key) })
  await Promise.all(KEYS.map((id) => store.update(id, () => record(Number(id), 1))))
  await store.update('Anna@work', adding('Anna@work', 7))
  const file = join(folder, 'backup.ndjson')
  let last = 1
  const ended = new AbortController()
  const saving = runCommand(t, ['export', file], {
    FACE_DATA_DIR: dir, FACE_DATA_KEY: key
  }).finally(() => ended.abort())
  while (!ended.signal.aborted) {
    last++
    await Promise.all(KEYS.slice(0, 8).map((id) => store.update(id, () => record(Number(id), last, last, last))))
  }
  const saved = await saving
  assert.deepEqual([saved.code, saved.stdout], [0, `61 users saved in ${file}, encrypted\n`])
  assert.deepEqual(await readdir(folder), ['backup.ndjson'])
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.doesNotMatch(await readFile(file, 'utf8'), /vector|"model"/)

  // Also for a server with another key that reads the old one.
  const env = { FACE_DATA_DIR: restored, FACE_DATA_KEY: `${other},${key}` }
  assert.match(
    (await runCommand(t, ['import', file], env)).stdout, /^61 of 61 users imported, 0 were registered already/
  )
  const copy = await openStore(t, { dir: restored, keys: parseDataKeys(other) })
  assert.equal(copy.follower.users.size, 61)
  assert.deepEqual(await copy.store.get('Anna@work'), record('Anna@work', 7))
  for (const id of KEYS) {
    const found = await copy.store.get(id)
    const [seed = 0] = seedsOf(found)
    assert.ok(seed >= 1 && seed <= last)
    assert.deepEqual(found, seed === 1 ? record(Number(id), 1) : record(Number(id), seed, seed, seed))
  }
})

test('without a key, or with --plain, an export is readable JSON, and importing it keeps who is ' +
  'registered unless told to replace', async (t) => {
  const [dir, other] = [await temporaryFolder(t), await temporaryFolder(t)]
  const { store } = await openStore(t, { dir })
  for (const id of ['anna', 'berta']) await store.update(id, adding(id, 1))
  const FACE_DATA_KEY = keyText()
  const [file, again] = [join(dir, 'plain.ndjson'), join(dir, 'again.ndjson')]
  assert.equal(
    (await runCommand(t, ['export', file], { FACE_DATA_DIR: dir })).stdout, `2 users saved in ${file}, not encrypted\n`
  )
  const lines =
    (await readFile(file, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(lines.map((line) => line['user_id']).slice(1, -1).sort(), ['anna', 'berta'])
  assert.deepEqual([lines[0], lines.at(-1)?.['users']], [{ format: 'face-encodings', version: 1 }, 2])

  const present = await openStore(t, { dir: other, keys: parseDataKeys(FACE_DATA_KEY) })
  await present.store.update('anna', adding('anna', 9))
  const env = { FACE_DATA_DIR: other, FACE_DATA_KEY }
  assert.match((await runCommand(t, ['import', file], env)).stdout, /^1 of 2 users imported, 1 were registered already/)
  assert.deepEqual(seedsOf(await present.store.get('anna')), [9])
  assert.equal((await runCommand(t, ['import', '--replace', file], env)).stdout, '2 of 2 users imported\n')
  assert.deepEqual(seedsOf(await present.store.get('anna')), [1])
  await runCommand(t, ['export', '--plain', again], env)
  const sorted = async (path: string): Promise<string[]> =>
    (await readFile(path, 'utf8')).split('\n').filter((line) => line.includes('vector')).sort()
  assert.deepEqual(await sorted(again), await sorted(file))
})

test('nothing is imported from a file that is not whole, was changed, or needs another key', async (t) => {
  const [dir, FACE_DATA_DIR] = [await temporaryFolder(t), await temporaryFolder(t)]
  const FACE_DATA_KEY = keyText()
  const { store } = await openStore(t, { dir, keys: parseDataKeys(FACE_DATA_KEY) })
  for (const id of ['anna', 'berta', 'carla']) await store.update(id, adding(id, 1))
  const file = join(dir, 'whole.ndjson')
  await runCommand(t, ['export', file], { FACE_DATA_DIR: dir, FACE_DATA_KEY })
  const lines = (await readFile(file, 'utf8')).split('\n')
  const [header = '', first = '', second = '', third = '', last = ''] = lines
  const swapped = JSON.stringify({ user_id: 'otto', sealed: (JSON.parse(first) as { sealed: string }).sealed })
  const cases: Array<[lines: string[], reason: RegExp, key?: string]> = [
    [[], /the file ends early$/],
    [lines.slice(0, -2), /line 4: the file ends early$/],
    [[header, first, third, last, ''], /line 4: the checksum is wrong/],
    [[header, second, first, third, last, ''], /the checksum is wrong/],
    [[header, first, second.slice(0, 50)], /line 3: not a line of an export$/],
    [[header, `${first.slice(0, 60)}A${first.slice(61)}`, second, third, last, ''], /line 2: \w/],
    [[header, swapped, second, third, last, ''], /line 2: not sealed for this user$/],
    [[...lines.slice(0, -1), first], /line 6: the file goes on after its last line$/],
    [[first, last], /line 1: not the header/],
    [['{"format":"face-encodings","version":2}', last], /line 1: not the header/],
    [lines, /line 2: encrypted with key [0-9a-f]{16}, which FACE_DATA_KEY does not have$/, keyText()]
  ]
  await Promise.all(cases.map(async ([content, reason, key = FACE_DATA_KEY], index) => {
    const bad = join(dirname(file), `bad${index}.ndjson`)
    await writeFile(bad, content.join('\n'))
    const target = createFileStore({ dir: FACE_DATA_DIR })
    const codec = createRecordCodec(parseDataKeys(key))
    await assert.rejects(importUsers(target, { file: bad, replace: true, codec, config: loadConfig({}) }), {
      name: 'ExportError', message: reason
    })
  }))
  assert.deepEqual(await filesIn(FACE_DATA_DIR), [])
})
