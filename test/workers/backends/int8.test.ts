import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureModels } from '../../../models/build.ts'
import { loadConfig } from '../../../src/config.ts'
import { createGallery } from '../../../src/gallery/gallery.ts'
import { createInferencePool } from '../../../src/inference/inference-pool.ts'
import { ownBytes } from '../../../commands/offline-inference.ts'
import { distanceOf } from '../../../src/networks/distance.ts'
import { findNetwork } from '../../../src/networks/find-network.ts'
import { identify } from '../../../workers/pipeline/pipeline.ts'
import { networkOf, openTools } from '../../backend.ts'
import { portraits } from '../../photos.ts'

const FACE_API = { INFERENCE_BACKEND: 'onnx', RECOGNITION_NETWORK: 'face-api' }
const PIXELS_MAX = 25_000_000

await ensureModels('models')

async function encoder (arithmetic: 'float32' | 'int8'): Promise<(photo: Buffer) => Promise<Float32Array>> {
  const tools = await openTools({ ...FACE_API, ENCODING_ARITHMETIC: arithmetic })
  return async (photo) => {
    const { found } = await identify(tools, photo, PIXELS_MAX)
    assert.ok(found)
    return found.face.encoding
  }
}

test('8 bits give encodings near those of 32, and nearly the same distances between photos', async (t) => {
  const [plain, int8] = [await encoder('float32'), await encoder('int8')]
  const photos = await Promise.all([portraits.anna(), portraits.annaAgain(), portraits.bella(), portraits.clara()])
  const expected: Float32Array[] = []
  const found: Float32Array[] = []
  for (const photo of photos) {
    expected.push(await plain(photo))
    found.push(await int8(photo))
  }
  for (const [i, encoding] of found.entries()) {
    const moved = distanceOf(encoding, expected[i]!)
    t.diagnostic(`moved by ${moved.toFixed(3)}`)
    // More than nothing, or it would not be another arithmetic.
    assert.ok(moved > 1e-3 && moved < 0.25)
  }
  for (const i of [1, 2, 3]) {
    const [before, after] =
      [expected, found].map((encodings) => distanceOf(encodings[0]!, encodings[i]!)) as [number, number]
    t.diagnostic(`${before.toFixed(3)} became ${after.toFixed(3)}`)
    assert.ok(Math.abs(after - before) < 0.05)
  }
})

test('the threads of a server compute as the configuration says', async (t) => {
  const pool = createInferencePool({
    config: loadConfig({ INFERENCE_THREADS: '1', INFERENCE_TIMEOUT_MS: '60000' }),
    gallery: createGallery('none'),
    network: await networkOf({ ...FACE_API, ENCODING_ARITHMETIC: 'int8' }),
    onThreadError: (err) => { throw err }
  })
  t.after(() => pool.close())
  await pool.start()
  const photo = await portraits.anna()
  const expected = await (await encoder('int8'))(photo)
  assert.deepEqual((await pool.identify(ownBytes(photo)))?.face.encoding, expected)
})

test('the two arithmetics are two networks, and only those that lose nothing are to be had in 8 bits', async () => {
  const int8 = (env: Record<string, string>): ReturnType<typeof findNetwork> =>
    findNetwork(loadConfig({ ENCODING_ARITHMETIC: 'int8', ...env }))
  for (const RECOGNITION_NETWORK of ['face-api', 'mobilefacenet']) {
    const { id } = await findNetwork(loadConfig({ RECOGNITION_NETWORK }))
    assert.notEqual((await int8({ RECOGNITION_NETWORK })).id, id)
  }
  for (const [env, because] of [
    [{}, 'RECOGNITION_NETWORK=fr-feature'], [{ RECOGNITION_NETWORK: 'retail-0095' }, 'RECOGNITION_NETWORK=retail-0095'],
    [{ INFERENCE_BACKEND: 'tfjs' }, 'INFERENCE_BACKEND=tfjs']
  ] as const) {
    const message = `ENCODING_ARITHMETIC="int8" is not allowed with ${because}: expected float32`
    await assert.rejects(int8(env), { name: 'ConfigError', message })
  }
})
