import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ensureModels } from '../../../models/build.ts'
import { loadConfig } from '../../../src/config.ts'
import { createGallery } from '../../../src/gallery/gallery.ts'
import { createInferencePool } from '../../../src/inference/inference-pool.ts'
import { areComparable, DLIB_KIND, kindOf, KINDS, madeKind } from '../../../src/networks/kinds.ts'
import { distanceOf } from '../../../src/networks/distance.ts'
import { findNetwork } from '../../../src/networks/find-network.ts'
import { ownBytes } from '../../../commands/offline-inference.ts'

const PEOPLE = join(process.env['FACES_DIR'] ?? join(import.meta.dirname, '../../../../shared/faces'), 'people')
const PHOTOS = 60

/** Every way in which face-api's network is asked for encodings. */
const SETTINGS = [
  {}, { ENCODING_AUGMENT: 'flip' }, { ENCODING_ARITHMETIC: 'int8' },
  { ENCODING_ARITHMETIC: 'int8', ENCODING_AUGMENT: 'flip' }
]

const configOf = (env: Record<string, string>): ReturnType<typeof loadConfig> =>
  loadConfig({ RECOGNITION_NETWORK: 'face-api', INFERENCE_THREADS: '1', INFERENCE_TIMEOUT_MS: '60000', ...env })

async function kindWith (env: Record<string, string>): Promise<string> {
  const config = configOf(env)
  return kindOf(madeKind((await findNetwork(config)).id, config.ENCODING_AUGMENT))
}

test('each way to make an encoding is a kind of its own, and all of face-api\'s network ' +
  'and dlib\'s may be compared', async () => {
  const kinds = [...await Promise.all(SETTINGS.map(kindWith)), kindOf(DLIB_KIND)]
  assert.equal(new Set(kinds).size, SETTINGS.length + 1)
  for (const one of kinds) for (const other of kinds) assert.ok(areComparable(one, other), `${one} ${other}`)
})

test('servers before kinds find what they know in what is stored', () => {
  assert.equal(DLIB_KIND.model, 'face-api/face_recognition/dlib-chip-v1')
  assert.equal(madeKind(DLIB_KIND.model, 'flip').model, DLIB_KIND.model)
  assert.equal(kindOf({ model: DLIB_KIND.model }), kindOf(madeKind(DLIB_KIND.model, 'none')))
})

test('a network without measurements may be compared with itself and its mirror average alone', () => {
  const one = 'arcface/1/five-points-v1/bgr,127,128'
  assert.ok(areComparable(one, one))
  assert.ok(areComparable(one, kindOf(madeKind(one, 'flip'))))
  for (const other of ['arcface/2/five-points-v1/bgr,127,128', DLIB_KIND.model, kindOf(DLIB_KIND), '', '/flip']) {
    assert.ok(!areComparable(one, other), other)
    assert.ok(!areComparable(kindOf(madeKind(one, 'flip')), other), other)
  }
})

async function encodingsWith (
  t: TestContext, env: Record<string, string>, photos: readonly string[]
): Promise<Array<Float32Array | undefined>> {
  const pool = createInferencePool({
    config: configOf(env),
    gallery: createGallery('none'),
    network: await findNetwork(configOf(env)),
    onThreadError: (err) => { throw err }
  })
  t.after(() => pool.close())
  await pool.start()
  const encodings = []
  for (const photo of photos) encodings.push((await pool.identify(ownBytes(await readFile(photo))))?.face.encoding)
  await pool.close()
  return encodings
}

function median (values: number[]): number {
  return values.sort((one, other) => one - other)[values.length >> 1] ?? NaN
}

test('kinds lie as far apart as the table says', {
  skip: !existsSync(PEOPLE) && `${PEOPLE} is not there`
}, async (t) => {
  await ensureModels('models')
  const people = (await readdir(PEOPLE)).sort().slice(0, PHOTOS)
  const photos = await Promise.all(people.map(async (person) => {
    const [first] = (await readdir(join(PEOPLE, person))).sort()
    return join(PEOPLE, person, first!)
  }))
  const [plain, ...others] = SETTINGS
  const expected = await encodingsWith(t, plain!, photos)
  for (const env of others) {
    const kind = await kindWith(env)
    const made = await encodingsWith(t, env, photos)
    const moved = median(made.flatMap((one, i) => one && expected[i] ? [distanceOf(one, expected[i])] : []))
    t.diagnostic(`${kind} lies ${moved.toFixed(3)} from ${await kindWith(plain!)}`)
    assert.ok(Math.abs(moved - KINDS[kind]!.apart) < 0.015, `${kind}: ${moved}`)
  }
})
