import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CHECKSUMS } from './checksums.ts'
import type { Graph } from './graph.ts'
import type { Rebuild } from './rebuild.ts'

type NetworkName = keyof typeof CHECKSUMS

/** Imported when a graph is missing: a start that finds them all need not load what builds them. */
const NETWORKS: Readonly<Record<NetworkName, () => Promise<Graph>>> = {
  ssd_mobilenetv1: async () => (await import('./ssd-mobilenetv1.ts')).ssdMobilenetv1(),
  tiny_face_detector: async () => (await import('./tiny-face-detector.ts')).tinyFaceDetector(),
  face_landmark_68: async () => (await import('./face-landmark-68.ts')).faceLandmark68(),
  face_recognition: async () => (await import('./face-recognition.ts')).faceRecognition(),
  face_recognition_int8: async () => (await import('./face-recognition.ts')).faceRecognitionInt8()
}

/** A recognition network that comes as a file. */
export interface NetworkSource {
  /** Its graph is called `NAME.onnx`. */
  name: string
  /** SHA-256 of the graph. */
  checksum: string
  /** The file that the graph is built from, as its makers call it, and its SHA-256. */
  original: { file: string, checksum: string }
  rebuild: Rebuild
  /** The name of the ranges by which it computes in 8 bits; null: in 32. */
  ranges: 'mobilefacenet' | null
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function isBuilt (file: string, checksum: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => null)
  return bytes !== null && sha256(bytes) === checksum
}

/** Puts a graph into the folder, whole or not at all. */
export async function writeGraph (dir: string, name: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dir, { recursive: true })
  // Ends in .onnx, so that git ignores it too should the process die before the rename.
  const temporary = join(dir, `.${name}.${randomUUID()}.onnx`)
  try {
    await writeFile(temporary, bytes)
    await rename(temporary, join(dir, `${name}.onnx`))
  } finally {
    await rm(temporary, { force: true })
  }
}

/**
 * Builds the ONNX graphs of face-api that are missing in `dir` or do not have the expected checksum, and returns their
 * names. Several processes may do it at once. Throws when face-api's weights give other graphs than `checksums` says.
 */
export async function ensureModels (
  dir: string, checksums: Readonly<Record<NetworkName, string>> = CHECKSUMS
): Promise<string[]> {
  await mkdir(dir, { recursive: true })
  const built: string[] = []
  for (const [name, checksum] of Object.entries(checksums) as Array<[NetworkName, string]>) {
    if (await isBuilt(join(dir, `${name}.onnx`), checksum)) continue
    const bytes = (await NETWORKS[name]()).encode()
    if (sha256(bytes) !== checksum) {
      throw new Error(`${name}: built with checksum ${sha256(bytes)}, expected ${checksum}; ` +
        'is this another version of @vladmandic/face-api?')
    }
    await writeGraph(dir, name, bytes)
    built.push(name)
  }
  return built
}

/** The graph of a recognition network. Throws when the original is another file than expected. */
export async function buildNetwork (source: Omit<NetworkSource, 'checksum'>, file: Uint8Array): Promise<Graph> {
  const { name, original, rebuild: how, ranges } = source
  if (sha256(file) !== original.checksum) {
    throw new Error(`${name}: another file than ${original.file} with checksum ${original.checksum}`)
  }
  const { rebuild } = await import('./rebuild.ts')
  if (ranges === null) return rebuild(name, file, how)
  const { quantisedArithmetic } = await import('./arithmetic.ts')
  const { MOBILEFACENET_RANGES } = await import('./mobilefacenet-ranges.ts')
  const entering = (byte: number): number[] => how.mean.map((mean, i) => (byte - mean) / how.divisor[i]!)
  const pixels = [Math.min(...entering(0)), Math.max(...entering(255))] as const
  return rebuild(name, file, how, quantisedArithmetic({ ...MOBILEFACENET_RANGES, pixels }))
}

/**
 * Builds a recognition network's graph in `dir` if it is missing or does not have the expected checksum;
 * `readOriginal` is called only then. Resolves to whether it was built. Several processes may do it at once.
 */
export async function ensureNetwork (
  dir: string, source: NetworkSource, readOriginal: () => Promise<Uint8Array>
): Promise<boolean> {
  const { name, checksum } = source
  if (await isBuilt(join(dir, `${name}.onnx`), checksum)) return false
  const bytes = (await buildNetwork(source, await readOriginal())).encode()
  if (sha256(bytes) !== checksum) throw new Error(`${name}: built with checksum ${sha256(bytes)}, expected ${checksum}`)
  await writeGraph(dir, name, bytes)
  return true
}
