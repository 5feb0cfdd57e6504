import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A tensor of a network, dequantised. */
export interface Tensor {
  dims: number[]
  data: Float32Array
}

interface ManifestEntry {
  name: string
  shape: number[]
  dtype: string
  quantization?: { dtype: 'uint8', scale: number, min: number }
}

const MODEL_DIR = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'model')

/**
 * Reads a network's weights from face-api's package: a manifest in the format of tfjs, and one file of values, most of
 * them quantised to a byte each (`value * scale + min`, per tensor). Throws for anything else.
 */
export async function readWeights (network: string): Promise<(name: string) => Tensor> {
  const text = await readFile(join(MODEL_DIR, `${network}_model-weights_manifest.json`), 'utf8')
  const manifest = JSON.parse(text) as Array<{ weights: ManifestEntry[] }>
  const bytes = await readFile(join(MODEL_DIR, `${network}_model.bin`))
  const tensors = new Map<string, Tensor>()
  let at = 0
  for (const { name, shape, quantization } of manifest.flatMap(({ weights }) => weights)) {
    const count = shape.reduce((product, dim) => product * dim, 1)
    const data = new Float32Array(count)
    for (let i = 0; i < count; i++) {
      data[i] = quantization
        ? Math.fround(Math.fround(bytes.readUInt8(at + i) * quantization.scale) + quantization.min)
        : bytes.readFloatLE(at + 4 * i)
    }
    at += quantization ? count : 4 * count
    tensors.set(name, { dims: shape, data })
  }
  if (at !== bytes.length) throw new Error(`${network}: ${bytes.length} bytes of weights, the manifest describes ${at}`)
  return (name) => {
    const tensor = tensors.get(name)
    if (!tensor) throw new Error(`${network}: no weights called ${name}`)
    return tensor
  }
}

/** tfjs filters (height, width, in, out) in the order of ONNX (out, in, height, width). */
export function convFilters ({ dims, data }: Tensor): Tensor {
  const [height, width, inputs, outputs] = dims as [number, number, number, number]
  const turned = new Float32Array(data.length)
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let i = 0; i < inputs; i++) {
        for (let o = 0; o < outputs; o++) turned[((o * inputs + i) * height + y) * width + x] = data[from++]!
      }
    }
  }
  return { dims: [outputs, inputs, height, width], data: turned }
}

/** tfjs depthwise filters (height, width, channels, 1) in the order of ONNX (channels, 1, height, width). */
export function depthwiseFilters ({ dims, data }: Tensor): Tensor {
  const [height, width, channels] = dims as [number, number, number, number]
  const turned = convFilters({ dims: [height, width, 1, channels], data })
  return { dims: [channels, 1, height, width], data: turned.data }
}

/** Multiplies each output channel of ONNX filters by its factor. */
export function scaleFilters ({ dims, data }: Tensor, factors: Float32Array): Tensor {
  const size = data.length / factors.length
  return { dims, data: data.map((value, i) => value * factors[Math.floor(i / size)]!) }
}
