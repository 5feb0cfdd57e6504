import assert from 'node:assert/strict'
import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { ensureModels } from '../../models/build.ts'
import { CHECKSUMS } from '../../models/checksums.ts'
import { temporaryFolder } from '../helper.ts'

const names = Object.keys(CHECKSUMS)

test('missing and damaged graphs are built, good ones are left alone', async (t) => {
  const dir = join(await temporaryFolder(t), 'new')
  assert.deepEqual(await ensureModels(dir), names)
  const file = join(dir, 'face_landmark_68.onnx')
  const [good, before] = [await readFile(file), await stat(join(dir, 'face_recognition.onnx'))]
  await writeFile(file, good.subarray(0, 1000))
  assert.deepEqual(await ensureModels(dir), ['face_landmark_68'])
  assert.ok(good.equals(await readFile(file)))
  assert.equal((await stat(join(dir, 'face_recognition.onnx'))).ino, before.ino)
  assert.deepEqual(await ensureModels(dir), [])
})

test('several processes may build in one folder at once, and leave nothing behind', async (t) => {
  const dir = await temporaryFolder(t)
  await ensureModels('models')
  for (const name of ['ssd_mobilenetv1', 'face_recognition']) await copyFile(join('models', `${name}.onnx`), join(dir, `${name}.onnx`))
  await Promise.all(Array.from({ length: 4 }, () => ensureModels(dir)))
  assert.deepEqual((await readdir(dir)).sort(), names.map((name) => `${name}.onnx`).sort())
  assert.deepEqual(await ensureModels(dir), [])
})
