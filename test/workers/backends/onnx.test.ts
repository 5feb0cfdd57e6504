import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { ensureModels } from '../../../models/build.ts'
import { CHIP_SIDE, LANDMARK_SIDE, SSD_SIDE } from '../../../workers/backends/backend.ts'
import { createOnnxBackend, openEncoder } from '../../../workers/backends/onnx.ts'
import { temporaryFolder } from '../../helper.ts'

await ensureModels('models')

const NETWORK = 'models/face_recognition.onnx'

/** The same bytes each time, of no face. */
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => Math.imul(i, 2654435761) >>> 24)

// tsx does not reach into threads by itself.
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
import('tsx/esm/api').then(async ({ tsImport }) => {
  const { openEncoder } = await tsImport(workerData.backend, workerData.backend)
  const encode = await openEncoder(workerData.file, workerData.side)
  let encoding
  for (let turn = 0; turn < 5; turn++) encoding = await encode(workerData.chip, 1)
  parentPort.postMessage(encoding)
})`

test('two threads with a network each give the same encoding as the main thread', async () => {
  const chip = noise(CHIP_SIDE ** 2 * 3)
  const expected = await (await openEncoder(NETWORK, CHIP_SIDE))(chip, 1)
  const backend = pathToFileURL(resolve('workers/backends/onnx.ts')).href
  const workerData = { backend, file: resolve(NETWORK), side: CHIP_SIDE, chip }
  const threads = [0, 1].map(() => new Worker(THREAD, { eval: true, workerData }))
  const encodings = await Promise.all(threads.map(async (thread) => {
    const [[encoding], [code]] = await Promise.all([
      once(thread, 'message'), once(thread, 'exit')
    ]) as [[Float32Array], [number]]
    assert.equal(code, 0)
    return encoding
  }))
  for (const encoding of encodings) assert.deepEqual(encoding, expected)
})

test('pixels may lie anywhere in a larger buffer, and are not changed', async () => {
  const encode = await openEncoder(NETWORK, CHIP_SIDE)
  const bytes = noise(7 + CHIP_SIDE ** 2 * 3 + 5)
  const chip = bytes.subarray(7, -5)
  assert.deepEqual(await encode(chip, 1), await encode(chip.slice(), 1))
  assert.deepEqual(bytes, noise(bytes.length))
})

test('no pictures give no results', async () => {
  const backend = await createOnnxBackend('models')
  const encode = await openEncoder(NETWORK, CHIP_SIDE)
  assert.equal((await encode(new Uint8Array(0), 0)).length, 0)
  assert.equal((await backend.landmarks(new Uint8Array(0), 0)).length, 0)
  assert.equal((await encode(noise(CHIP_SIDE ** 2 * 3), 1)).length, 128)
})

test('a picture without a face gives no boxes', async () => {
  const backend = await createOnnxBackend('models')
  for (const [detector, side] of [
    ['tiny_face_detector', 160], ['tiny_face_detector', 320], ['ssd_mobilenetv1', SSD_SIDE]
  ] as const) {
    assert.deepEqual(await backend.detect(detector, new Uint8Array(side ** 2 * 3).fill(128), side), [])
  }
})

test('a buffer of another size than the pictures is refused', async () => {
  const backend = await createOnnxBackend('models')
  const size = LANDMARK_SIDE ** 2 * 3
  await assert.rejects(backend.landmarks(new Uint8Array(size - 1), 1), /does not match/)
  await assert.rejects(backend.landmarks(new Uint8Array(size + 1), 1), /does not match/)
  await assert.rejects(backend.landmarks(new Uint8Array(size), 2), /does not match/)
})

test('a graph that is missing or damaged is named', async (t) => {
  const dir = await temporaryFolder(t)
  for (const name of ['tiny_face_detector', 'ssd_mobilenetv1']) {
    await copyFile(`models/${name}.onnx`, join(dir, `${name}.onnx`))
  }
  await assert.rejects(createOnnxBackend(dir), /face_landmark_68\.onnx/)
  const file = join(dir, 'face_landmark_68.onnx')
  await writeFile(file, 'not a graph')
  await assert.rejects(createOnnxBackend(dir), /face_landmark_68\.onnx/)
  await assert.rejects(openEncoder(file, CHIP_SIDE), /face_landmark_68\.onnx/)
})

test('an execution provider that ONNX Runtime does not know is refused, not left out', async () => {
  await assert.rejects(
    createOnnxBackend('models', ['nonsense', 'cpu']), /^Error: ONNX_EXECUTION_PROVIDERS: nonsense is none of cpu, /
  )
})
