/**
 * `npm run calibrate -- DIR`: measures the ranges of the recognition network's activations on photos of people, one
 * folder per person in DIR, and writes models/face-recognition-ranges.ts. Only people with a single photo count: they
 * are in no genuine pair of the accuracy command. Then `npm run models` says the checksum that the other graph has now.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { plainArithmetic } from '../models/arithmetic.ts'
import { ensureModels } from '../models/build.ts'
import { faceRecognition } from '../models/face-recognition.ts'
import { CHIP_SIDE } from '../workers/backends/backend.ts'
import { createOnnxBackend } from '../workers/backends/onnx.ts'
import { openPhoto } from '../workers/pipeline/decode.ts'
import { findFace } from '../workers/pipeline/find.ts'
import { warp } from '../workers/pipeline/warp.ts'
import { readDataset } from './accuracy/dataset.ts'

const FACES = 120
/** The share of the faces at each end whose extremes are clipped: a wider range for a few makes all others coarser. */
const CLIPPED = 0.1
const DIGITS = 4
const PIXELS_MAX = 25_000_000
const FILE = 'models/face-recognition-ranges.ts'

/** The network, with every activation among its results. */
async function openTapped (): Promise<{ session: InferenceSession, names: string[] }> {
  const names: string[] = []
  const graph = await faceRecognition((graph) => ({
    ...plainArithmetic(graph),
    activation (name, x) {
      // The range of pixels is known; a name that comes twice stands for the same numbers, or fewer of them.
      if (name === 'pixels' || names.includes(name)) return x
      names.push(name)
      graph.output(name, x, ['N', 'channels', 'rows', 'columns'])
      return x
    }
  }))
  return {
    session: await InferenceSession.create(graph.encode(), { intraOpNumThreads: 1, logSeverityLevel: 3 }), names
  }
}

async function * chips (folder: string): AsyncGenerator<Uint8Array> {
  const backend = await createOnnxBackend(resolve('models'))
  const { people, photos } = await readDataset(folder)
  for (const person of people.filter((one) => one.photos.length === 1)) {
    const { picture } = await openPhoto(await readFile(photos[person.photos[0]!]!.path), PIXELS_MAX)
    const face = await findFace(backend, picture, () => {})
    if (face) yield warp(face.picture, face.transform, CHIP_SIDE)
  }
}

await ensureModels('models')
const { session, names } = await openTapped()
const extremes = new Map(names.map((name) => [name, { least: [] as number[], most: [] as number[] }]))
let faces = 0
for await (const chip of chips(process.argv[2] ?? '')) {
  const results = await session.run({ image: new Tensor('uint8', chip, [1, CHIP_SIDE, CHIP_SIDE, 3]) })
  for (const [name, { least, most }] of extremes) {
    const values = results[name]!.data as Float32Array
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
  `  ${name.includes('/') ? `'${name}'` : name}: [${quantile(least, CLIPPED)}, ${quantile(most, 1 - CLIPPED)}]`)
const text = await readFile(FILE, 'utf8')
await writeFile(FILE, `${text.slice(0, text.indexOf('= {\n') + 4)}${lines.join(',\n')}\n}\n`)
