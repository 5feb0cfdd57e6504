import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ensureModels } from '../../models/build.ts'
import { CHECKSUMS } from '../../models/checksums.ts'
import { faceLandmark68 } from '../../models/face-landmark-68.ts'
import { tinyFaceDetector } from '../../models/tiny-face-detector.ts'
import { temporaryFolder } from '../helper.ts'

const names = Object.keys(CHECKSUMS)
const files = names.map((name) => `${name}.onnx`).sort()

/** Runs the command in a process of its own and gives its lines. */
async function build (script: string, dir: string): Promise<string[]> {
  const env = { ...process.env, RECOGNITION_NETWORK: 'face-api' }
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, dir], { env })
  return stdout.trimEnd().split('\n')
}

test('the same weights give the same bytes each time', async () => {
  for (const network of [faceLandmark68, tinyFaceDetector]) {
    assert.deepEqual((await network()).encode(), (await network()).encode())
  }
})

test('missing and damaged graphs are built, good ones are left alone', async (t) => {
  const dir = join(await temporaryFolder(t), 'new')
  assert.deepEqual(await ensureModels(dir), names)
  const file = join(dir, 'face_landmark_68.onnx')
  const [good, before] = [await readFile(file), await stat(join(dir, 'face_recognition.onnx'))]
  const damaged = Buffer.from(good)
  damaged.writeUInt8(damaged.readUInt8(1000) ^ 1, 1000)
  for (const bytes of [good.subarray(0, 1000), damaged, Buffer.alloc(0)]) {
    await writeFile(file, bytes)
    assert.deepEqual(await ensureModels(dir), ['face_landmark_68'])
    assert.ok(good.equals(await readFile(file)))
  }
  const after = await stat(join(dir, 'face_recognition.onnx'))
  assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs])
  assert.deepEqual(await ensureModels(dir), [])
})

test('weights that give another graph than expected are refused, and nothing is written', async (t) => {
  const dir = await temporaryFolder(t)
  const expected = '0'.repeat(64)
  await assert.rejects(ensureModels(dir, { ...CHECKSUMS, ssd_mobilenetv1: expected }), (err: Error) =>
    err.message.includes('ssd_mobilenetv1') && err.message.includes(expected) &&
      err.message.includes('@vladmandic/face-api'))
  assert.deepEqual(await readdir(dir), [])
})

test('several calls in one folder at once leave the graphs and nothing else', async (t) => {
  const dir = await temporaryFolder(t)
  await ensureModels('models')
  for (const name of ['ssd_mobilenetv1', 'face_recognition']) {
    await copyFile(join('models', `${name}.onnx`), join(dir, `${name}.onnx`))
  }
  await Promise.all(Array.from({ length: 4 }, () => ensureModels(dir)))
  assert.deepEqual((await readdir(dir)).sort(), files)
  assert.deepEqual(await ensureModels(dir), [])
})

test('two processes may build in one folder at once, each telling size and checksum of every graph', async (t) => {
  const dir = await temporaryFolder(t)
  for (const lines of await Promise.all([build('commands/models.ts', dir), build('commands/models.ts', dir)])) {
    const expected = await Promise.all(Object.entries(CHECKSUMS).map(async ([name, checksum]) => {
      const { size } = await stat(join(dir, `${name}.onnx`))
      return `${name}.onnx ${size} bytes  sha256 ${checksum}`
    }))
    assert.deepEqual(lines.map((line) => line.replace(/ {2}(built|ready) {2}/, ' ')), expected)
  }
  assert.deepEqual((await readdir(dir)).sort(), files)
})

test('the command also works through a symbolic link', async (t) => {
  await ensureModels('models')
  const link = join(await temporaryFolder(t), 'current')
  await symlink(resolve('.'), link)
  assert.equal((await build(join(link, 'commands/models.ts'), 'models')).length, names.length)
})
