import assert from 'node:assert/strict'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../../src/config.ts'
import { CATALOGUE, NETWORK_NAMES } from '../../../src/networks/catalogue.ts'
import { ensureRecognitionNetwork } from '../../../src/networks/ensure-network.ts'
import { calibrationFile, findNetwork, scaleOf, type RecognitionNetwork } from '../../../src/networks/find-network.ts'
import { networkOf } from '../../backend.ts'
import { temporaryFolder } from '../../helper.ts'

const ONNX = { INFERENCE_BACKEND: 'onnx' }
const find = (env: Record<string, string>): Promise<RecognitionNetwork> => findNetwork(loadConfig({ ...ONNX, ...env }))
const refused = (env: Record<string, string>, message: RegExp): Promise<void> =>
  assert.rejects(find(env), { name: 'ConfigError', message })

test('each network of the catalogue is found by its name, and its encodings have an id of their own', async () => {
  const ids = new Set<string>()
  for (const RECOGNITION_NETWORK of NETWORK_NAMES) {
    for (const ENCODING_ARITHMETIC of Object.keys(CATALOGUE[RECOGNITION_NETWORK].graphs)) {
      const { id, name } = await find({ RECOGNITION_NETWORK, ENCODING_ARITHMETIC })
      assert.equal(name, RECOGNITION_NETWORK)
      ids.add(id)
    }
  }
  assert.equal(ids.size, NETWORK_NAMES.length + 2)
})

test('a file whose checksum the catalogue knows needs no name, and another name is refused', async (t) => {
  await networkOf(ONNX)
  const RECOGNITION_MODEL = join(await temporaryFolder(t), 'renamed.onnx')
  await copyFile('models/fr_feature.onnx', RECOGNITION_MODEL)
  const { name, id } = await find({ RECOGNITION_MODEL, RECOGNITION_MODEL_INPUT: 'bgr,127,128' })
  assert.deepEqual([name, id], ['fr-feature', (await find({})).id])
  assert.equal((await find({ RECOGNITION_MODEL, RECOGNITION_NETWORK: 'fr-feature' })).name, 'fr-feature')
  const contradiction = /" is the file of fr-feature, RECOGNITION_NETWORK is mobilefacenet: leave one of them out$/
  await refused({ RECOGNITION_MODEL, RECOGNITION_NETWORK: 'mobilefacenet' }, contradiction)
  await writeFile(RECOGNITION_MODEL, 'another file')
  const unknown = /^RECOGNITION_MODEL="\S+" is a file that the catalogue does not know, /
  await refused({ RECOGNITION_MODEL, RECOGNITION_NETWORK: 'fr-feature' }, unknown)
  const unreadable = /^RECOGNITION_MODEL="\/nowhere\/net.onnx" cannot be read \(ENOENT\)$/
  await refused({ RECOGNITION_MODEL: '/nowhere/net.onnx' }, unreadable)
})

test('a network that the catalogue does not know is used when it is calibrated', async (t) => {
  const RECOGNITION_MODEL = join(await temporaryFolder(t), 'own.onnx')
  await writeFile(RECOGNITION_MODEL, 'a network')
  const uncalibrated = await find({ RECOGNITION_MODEL })
  assert.equal(uncalibrated.name, null)
  assert.notEqual((await find({ RECOGNITION_MODEL, RECOGNITION_MODEL_INPUT: 'bgr,0,1' })).id, uncalibrated.id)
  assert.throws(() => scaleOf(uncalibrated), {
    name: 'ConfigError',
    message: /^RECOGNITION_MODEL="\S+" is not calibrated: npm run accuracy -- .*--write-calibration/
  })
  await writeFile(calibrationFile(RECOGNITION_MODEL), JSON.stringify({ distances: [0.5, 1, 1.5] }))
  assert.equal(scaleOf(await find({ RECOGNITION_MODEL }))(1), 0.6)
  for (const text of ['', '{}', '{"distances":[1,1,2]}', '{"distances":[0,1,2]}', '{"distances":[1,2]}']) {
    await writeFile(calibrationFile(RECOGNITION_MODEL), text)
    const expected = /own\.onnx\.calibration\.json is not what npm run accuracy -- --write-calibration writes/
    await refused({ RECOGNITION_MODEL }, expected)
  }
})

test('the backend that has face-api\'s networks alone says so', async () => {
  const { name, setup, notice } = await findNetwork(loadConfig({ INFERENCE_BACKEND: 'tfjs' }))
  assert.deepEqual([name, setup.path], ['face-api', null])
  assert.match(notice ?? '', /^INFERENCE_BACKEND=tfjs runs face-api's own networks: RECOGNITION_NETWORK is face-api$/)
})

test('a network that is not there says in one line what to do', async (t) => {
  const dir = await temporaryFolder(t)
  const missing = async (env: Record<string, string>, message: RegExp, options = {}): Promise<void> => {
    const network = await find({ ...env, MODELS_DIR: dir })
    await assert.rejects(ensureRecognitionNetwork(network, dir, options), { name: 'ConfigError', message })
  }
  const advice = String.raw`, or set RECOGNITION_NETWORK=face-api$`
  await missing({}, new RegExp(String.raw`^RECOGNITION_NETWORK=fr-feature needs \S+/fr_feature\.onnx: ` +
    String.raw`run npm run models with the npm registry in reach, put it there \(it is \S+ in npm pack \S+\)${advice}`))
  await missing({ RECOGNITION_NETWORK: 'mobilefacenet' }, new RegExp(
    String.raw`^RECOGNITION_NETWORK=mobilefacenet needs \S+/MobileFaceNet\.onnx: put it there \(.*foamliu.*\)${advice}`
  ))
  const faceApi = await find({ RECOGNITION_NETWORK: 'face-api', MODELS_DIR: dir })
  assert.equal(await ensureRecognitionNetwork(faceApi, dir), false)

  const before = { ...process.env }
  // No server listens there, and the cache is empty.
  Object.assign(process.env, { npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache: await temporaryFolder(t) })
  t.after(() => { process.env = before })
  const unreachable = /^RECOGNITION_NETWORK=fr-feature needs \S+, and the npm registry did not give it: put it there/
  await missing({}, unreachable, { download: true })
  await copyFile('models/fr_feature.onnx', join(dir, 'fr_feature.onnx'))
  assert.equal(await ensureRecognitionNetwork(await find({ MODELS_DIR: dir }), dir, { download: true }), true)
})
