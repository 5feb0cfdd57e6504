import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { buildNetwork } from '../../models/build.ts'
import { loadConfig } from '../../src/config.ts'
import { CATALOGUE, type NetworkName } from '../../src/networks/catalogue.ts'
import { ensureRecognitionNetwork } from '../../src/networks/ensure-network.ts'
import { findNetwork } from '../../src/networks/find-network.ts'
import { createOnnxBackend } from '../../workers/backends/onnx.ts'
import { findFace } from '../../workers/pipeline/find.ts'
import { openRecognizer } from '../../workers/pipeline/recognizer.ts'
import { openBackend, networkOf } from '../backend.ts'
import { temporaryFolder } from '../helper.ts'
import { BROUGHT, broughtFile, WITHOUT_NETWORKS } from '../networks.ts'
import { decode, portraits } from '../photos.ts'

await openBackend()
const backend = await createOnnxBackend('models')
const OPTIONS = { intraOpNumThreads: 1, logSeverityLevel: 3 } as const
const people = await Promise.all(Object.values(portraits).map((portrait) => portrait()))

/** The portraits as the network is to see them. */
async function chipsFor (name: NetworkName, path: string): Promise<Uint8Array[]> {
  const network = await findNetwork(loadConfig({ RECOGNITION_NETWORK: name }))
  const { align } = await openRecognizer({ network: { ...network.setup, path }, executionProviders: ['cpu'] })
  return await Promise.all(people.map(async (photo) => {
    const face = await findFace(backend, await decode(photo), () => {})
    assert.ok(face)
    return align(face)
  }))
}

/** What the file gives as its makers made it: fed by hand, and of length 1. */
async function originally (name: NetworkName, file: Uint8Array, chips: readonly Uint8Array[]): Promise<Float32Array[]> {
  const { side, original } = CATALOGUE[name]
  const { channels, mean, divisor } = original!
  const session = await InferenceSession.create(file, OPTIONS)
  const order = channels === 'rgb' ? [0, 1, 2] : [2, 1, 0]
  const encodings: Float32Array[] = []
  for (const chip of chips) {
    const planes = order.flatMap((channel, plane) =>
      Array.from({ length: side * side }, (_, i) => (chip[3 * i + channel]! - mean[plane]!) / divisor[plane]!))
    const input = new Tensor('float32', Float32Array.from(planes), [1, 3, side, side])
    const results = await session.run({ [session.inputNames[0]!]: input })
    const vector = Object.values(results)[0]!.data as Float32Array
    const length = Math.hypot(...vector)
    encodings.push(vector.map((value) => value / length))
  }
  return encodings
}

async function rebuilt (graph: Uint8Array, side: number, chips: readonly Uint8Array[]): Promise<Float32Array[]> {
  const session = await InferenceSession.create(graph, OPTIONS)
  const encodings: Float32Array[] = []
  for (const chip of chips) {
    const { encoding } = await session.run({ image: new Tensor('uint8', chip, [1, side, side, 3]) })
    encodings.push(encoding!.data as Float32Array)
  }
  return encodings
}

const cosine = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, i) => sum + value * other[i]!, 0)

/**
 * The rebuilt network's encodings are those of the file, number by number or, on fewer axes, as far from each other.
 */
async function assertEqual (t: TestContext, name: NetworkName, file: Uint8Array, length: number): Promise<void> {
  const { source } = await findNetwork(loadConfig({ RECOGNITION_NETWORK: name }))
  const graph = (await buildNetwork({ ...source!, rebuild: { ...source!.rebuild, length } }, file)).encode()
  const chips = await chipsFor(name, join('models', `${source!.name}.onnx`))
  const [before, after] = [await originally(name, file, chips), await rebuilt(graph, source!.rebuild.side, chips)]
  for (const [i, encoding] of after.entries()) {
    assert.equal(encoding.length, length)
    const alike = length === before[i]!.length ? cosine(encoding, before[i]!) : 1
    assert.ok(alike > 0.999999, `${alike}`)
    for (const j of after.keys()) {
      const moved = Math.abs(cosine(encoding, after[j]!) - cosine(before[i]!, before[j]!))
      assert.ok(moved < 1e-4, `${i} and ${j} by ${moved}`)
    }
  }
  const [found, expected] = [cosine(after[0]!, after[1]!), cosine(before[0]!, before[1]!)]
  t.diagnostic(`${length} numbers: the same woman ${found.toFixed(5)}, before ${expected.toFixed(5)}`)
}

test('the default network rebuilt gives the encodings of its file, and on its axes the same distances', async (t) => {
  await networkOf({ INFERENCE_BACKEND: 'onnx' })
  const file = await readFile(join('models', CATALOGUE['fr-feature'].original!.file))
  await assertEqual(t, 'fr-feature', file, 512)
  await assertEqual(t, 'fr-feature', file, CATALOGUE['fr-feature'].length)
})

for (const name of BROUGHT) {
  test(`${name} rebuilt gives the encodings of its file`, { skip: WITHOUT_NETWORKS }, async (t) => {
    const dir = await temporaryFolder(t)
    const RECOGNITION_MODEL = broughtFile(name)
    const network = await findNetwork(loadConfig({ RECOGNITION_MODEL, MODELS_DIR: dir }))
    assert.deepEqual([network.name, network.setup.path], [name, resolve(dir, `${network.source!.name}.onnx`)])
    assert.equal(await ensureRecognitionNetwork(network, dir), true)
    assert.equal(await ensureRecognitionNetwork(network, dir), false)
    const file = await readFile(RECOGNITION_MODEL)
    await ensureRecognitionNetwork(await findNetwork(loadConfig({ RECOGNITION_MODEL })), resolve('models'))
    await assertEqual(t, name, file, CATALOGUE[name].length)
  })
}

test('mobilefacenet in 8 bits gives nearly the encodings of 32', { skip: WITHOUT_NETWORKS }, async (t) => {
  const file = await readFile(broughtFile('mobilefacenet'))
  const graphOf = async (ENCODING_ARITHMETIC: string): Promise<Uint8Array> => {
    const { source } = await findNetwork(loadConfig({ RECOGNITION_NETWORK: 'mobilefacenet', ENCODING_ARITHMETIC }))
    return (await buildNetwork(source!, file)).encode()
  }
  const chips = await chipsFor('fr-feature', join('models', 'fr_feature_192.onnx'))
  const plain = await rebuilt(await graphOf('float32'), 112, chips)
  const int8 = await rebuilt(await graphOf('int8'), 112, chips)
  for (const [i, encoding] of int8.entries()) {
    const alike = cosine(encoding, plain[i]!)
    t.diagnostic(alike.toFixed(4))
    assert.ok(alike > 0.97 && alike < 0.9999, `${alike}`)
  }
})

test('another file than the expected one is not built', async () => {
  const { source } = await findNetwork(loadConfig({}))
  const expected = /^Error: fr_feature_192: another file than fr_feature\.onnx with checksum 87aacdfe/
  await assert.rejects(buildNetwork(source!, Buffer.from('another')), expected)
})
