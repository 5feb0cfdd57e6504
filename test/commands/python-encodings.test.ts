import assert from 'node:assert/strict'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { foreignRecords } from '../../commands/foreign-records.ts'
import { readForeign } from '../../commands/python-encodings.ts'
import { idOf } from '../../src/networks/catalogue.ts'
import { openStore, temporaryFolder } from '../store/helper.ts'
import { runCommand } from './helper.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const SEVEN_AND_ANNA = JSON.parse(await readFile(join(FIXTURES, 'users.json'), 'utf8')) as {
  7: number[], anna: number[][]
}
const [one = [], two = []] = SEVEN_AND_ANNA.anna

/** The vectors of each user, as a file of this name and content gives them. */
async function read (
  t: TestContext, name: string, content: Buffer | unknown, encodingsMax = 5
): Promise<Record<string, number[][]>> {
  const path = join(await temporaryFolder(t), name)
  await writeFile(path, Buffer.isBuffer(content) ? content : JSON.stringify(content))
  const records = foreignRecords(await readForeign(path), encodingsMax)
  return Object.fromEntries(
    records.map(({ userId, encodings }) => [`${typeof userId} ${userId}`, encodings.map(({ vector }) => [...vector])])
  )
}

const rounded = (vector: number[]): number[] => [...Float32Array.from(vector)]
const EXPECTED = { 'number 7': [rounded(one)], 'string anna': [rounded(one), rounded(two)] }

test('NumPy\'s own files give the numbers that Python wrote as JSON', async (t) => {
  for (const name of ['users.npz', 'compressed.npz', 'users.json']) {
    assert.deepEqual(await read(t, name, await readFile(join(FIXTURES, name))), EXPECTED, name)
  }
  assert.deepEqual(await read(t, 'anna.npy', await readFile(join(FIXTURES, 'anna.npy'))), {
    'string anna': [rounded(one)]
  })
})

test('every shape of JSON that docs/storage.md names is understood', async (t) => {
  const shapes = [
    { 7: [one], anna: [one, two] },
    [{ user_id: 7, encoding: one }, { user_id: 'anna', encodings: [one, two] }],
    [{ user_id: 7, encoding: one }, { user_id: 'anna', encoding: one }, { user_id: 'anna', encoding: two }],
    { user_ids: [7, 'anna', 'anna'], encodings: [one, one, two] },
    { names: ['7', 'anna', 'anna'], encodings: [one, one, two] },
    { known_face_names: ['7', 'anna', 'anna'], known_face_encodings: [one, one, two] }
  ]
  for (const shape of shapes) {
    assert.deepEqual(await read(t, 'any.json', shape), EXPECTED, JSON.stringify(shape).slice(0, 80))
  }
  assert.deepEqual((await read(t, 'any.json', { anna: [one, two, one] }, 2))['string anna'], [
    rounded(two), rounded(one)
  ])
})

test('what is no encoding, or of nobody, is refused with a reason', async (t) => {
  const npy = await readFile(join(FIXTURES, 'anna.npy'))
  const npz = await readFile(join(FIXTURES, 'users.npz'))
  const changed =
    (bytes: Buffer, at: number): Buffer => { const copy = Buffer.from(bytes); copy[at] = copy[at]! ^ 1; return copy }
  const header = (text: string): Buffer =>
    Buffer.from(npy.toString('latin1').replace(/\{.*\} */, (old) => text.padEnd(old.length)), 'latin1')
  const wrong: Array<[name: string, content: Buffer | unknown, reason: RegExp]> = [
    ['a.json', Buffer.from('{'), /not JSON$/], ['a.json', null, /neither a list nor an object/],
    ['a.json', 7, /neither a list/],
    ['a.json', { anna: one.slice(1) }, /user anna: an encoding is not 128 numbers$/],
    ['a.json', { anna: [...one, 1] }, /not 128 numbers/],
    ['a.json', { anna: [one, null] }, /not 128 numbers/],
    ['a.json', { anna: [] }, /user anna: an encoding is not 128 numbers$/],
    ['a.json', { anna: one.map(() => 1e39) }, /not 128 numbers/],
    ['a.json', { anna: one.map(String) }, /not 128 numbers/],
    ['a.json', { 'Anna B': one }, /^"Anna B" cannot be a user id/], ['a.json', { unknown: one }, /cannot be a user id/],
    ['a.json', [{ encoding: one }], /cannot be a user id/],
    ['a.json', [{ user_id: 1.5, encoding: one }], /^1.5 cannot be a user id/], ['a.json', [one], /cannot be a user id/],
    ['a.json', { names: ['a'], encodings: [one, two] }, /as many user ids as encodings$/],
    ['a.npy', Buffer.alloc(0), /not a NumPy array$/], ['a.npy', npz, /not a NumPy array$/],
    ['a.npy', npy.subarray(0, -1), /ends early/], ['a.npy', Buffer.concat([npy, npy]), /goes on/],
    ['a.npy', header("{'descr': '|O', 'fortran_order': False, 'shape': (128,), }"), /not an array of floats/],
    ['a.npy', header("{'descr': '<f8', 'fortran_order': False, 'shape': (4, 4, 8), }"), /not an array of floats/],
    ['a.npy', header("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 64), }"), /not 128 numbers/],
    ['a.npz', npy, /not a .npz file, or damaged/], ['a.npz', npz.subarray(0, 900), /not a .npz file, or damaged/],
    ['a.npz', changed(npz, 500), /not a .npz file, or damaged/]
  ]
  for (const [name, content, message] of wrong) {
    await assert.rejects(read(t, name, content), (err: Error) => {
      assert.equal(err.name, 'CommandError', err.stack)
      assert.match(err.message, message)
      return true
    }, String(message))
  }
})

test('imported users are in running servers, comparable with what face-api\'s network makes, and the ' +
  'report advises a new registration', async (t) => {
  const dir = await temporaryFolder(t)
  const server = await openStore(t, { dir })
  const file = join(await temporaryFolder(t), 'users.npz')
  await cp(join(FIXTURES, 'users.npz'), file)
  const env = { FACE_DATA_DIR: dir, RECOGNITION_NETWORK: 'face-api' }
  const { code, stdout } = await runCommand(t, ['import', file], env)
  assert.equal(code, 0)
  assert.match(stdout, /^2 of 2 users imported.*\n.*another program.*\n.*new registration/)
  const models = (await server.store.get('anna'))?.encodings.map(({ model }) => model)
  assert.deepEqual(models, Array(2).fill(idOf('face-api', 'float32')))
  const own = await runCommand(t, ['import', '--replace', file], { ...env, RECOGNITION_NETWORK: 'fr-feature' })
  const advice = 'set RECOGNITION_NETWORK=face-api, or register everyone again'
  assert.deepEqual([own.code, own.stderr], [1, `${file}: its encodings are of face-api's network: ${advice}\n`])
})
