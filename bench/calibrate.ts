/**
 * `npm run calibrate -- DIR [--network mobilefacenet]`: measures the ranges of a recognition network's activations,
 * face-api's without the option, on photos of people, one folder per person in DIR, and writes models/*-ranges.ts. Only
 * people with a single photo count: they are in no genuine pair of the accuracy command. Then the checksum of the graph
 * in 8 bits has to be renewed.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { plainArithmetic, type Arithmetic } from '../models/arithmetic.ts'
import { ensureModels, ensureNetwork } from '../models/build.ts'
import { faceRecognition } from '../models/face-recognition.ts'
import type { Graph } from '../models/graph.ts'
import { rebuild } from '../models/rebuild.ts'
import { createOnnxBackend } from '../workers/backends/onnx.ts'
import { openPhoto } from '../workers/pipeline/decode.ts'
import { findFace } from '../workers/pipeline/find.ts'
import { openRecognizer } from '../workers/pipeline/recognizer.ts'
import { readDataset } from './accuracy/dataset.ts'
import { networkOf } from './network.ts'

const FACES = 120
/** The share of the faces at each end whose extremes are clipped: a wider range for a few makes all others coarser. */
const CLIPPED = 0.1
const DIGITS = 4
const PIXELS_MAX = 25_000_000
const { values: { network: name }, positionals: [folder = ''] } = parseArgs({
  options: { network: { type: 'string', default: 'face-api' } }, allowPositionals: true
})
const network = await networkOf({ RECOGNITION_NETWORK: name })
const FILE = `models/${name === 'mobilefacenet' ? 'mobilefacenet' : 'face-recognition'}-ranges.ts`

const readOriginal = (): Promise<Buffer> => readFile(network.file ?? resolve('models', network.source!.original.file))

async function graphOf (arithmetic: (graph: Graph) => Arithmetic): Promise<Graph> {
  if (!network.source) return await faceRecognition(arithmetic)
  return rebuild(network.source.name, await readOriginal(), network.source.rebuild, arithmetic)
}

/** The network, with every activation among its results. */
async function openTapped (): Promise<{ session: InferenceSession, names: string[] }> {
  const names: string[] = []
  const graph = await graphOf((graph) => ({
    ...plainArithmetic(graph),
    activation (name, x) {
      // The range of pixels is known; a name that comes twice stands for the same numbers, or fewer of them.
      if (name === 'pixels' || names.includes(name)) return x
      names.push(name)
      graph.output(`range of ${name}`, x, ['N', 'channels', 'rows', 'columns'])
      return x
    }
  }))
  return {
    session: await InferenceSession.create(graph.encode(), { intraOpNumThreads: 1, logSeverityLevel: 3 }), names
  }
}

async function * chips (): AsyncGenerator<{ chip: Uint8Array, side: number }> {
  const backend = await createOnnxBackend(resolve('models'))
  const { align, chipSide: side } = await openRecognizer({ network: network.setup, executionProviders: ['cpu'] })
  const { people, photos } = await readDataset(folder)
  for (const person of people.filter((one) => one.photos.length === 1)) {
    const { picture } = await openPhoto(await readFile(photos[person.photos[0]!]!.path), PIXELS_MAX)
    const face = await findFace(backend, picture, () => {})
    if (face) yield { chip: align(face), side }
  }
}

await ensureModels('models')
if (network.source) await ensureNetwork('models', network.source, readOriginal)
const { session, names } = await openTapped()
const extremes = new Map(names.map((name) => [name, { least: [] as number[], most: [] as number[] }]))
let faces = 0
for await (const { chip, side } of chips()) {
  const results = await session.run({ image: new Tensor('uint8', chip, [1, side, side, 3]) })
  for (const [name, { least, most }] of extremes) {
    const values = results[`range of ${name}`]!.data as Float32Array
    least.push(values.reduce((one, other) => Math.min(one, other), 0))
    most.push(values.reduce((one, other) => Math.max(one, other), 0))
  }
  if (++faces === FACES) break
}
if (faces < FACES) throw new Error(`only ${faces} people with a single photo and a face in it, ${FACES} are needed`)
/** The value below which this share of them lies. */
const quantile = (values: number[], share: number): number =>
  Number(values.sort((one, other) => one - other)[Math.floor(share * (values.length - 1))]!.toPrecision(DIGITS))
const lines = [...extremes].map(([name, { least, most }]) =>
  `  ${/^\w+$/.test(name) ? name : `'${name}'`}: [${quantile(least, CLIPPED)}, ${quantile(most, 1 - CLIPPED)}]`)
const text = await readFile(FILE, 'utf8')
await writeFile(FILE, `${text.slice(0, text.indexOf('= {\n') + 4)}${lines.join(',\n')}\n}\n`)
