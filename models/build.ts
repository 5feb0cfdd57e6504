import { createHash, randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CHECKSUMS } from './checksums.ts'
import type { Graph } from './graph.ts'

type NetworkName = keyof typeof CHECKSUMS

/** Imported when a graph is missing: a start that finds them all need not load what builds them. */
const NETWORKS: Readonly<Record<NetworkName, () => Promise<Graph>>> = {
  ssd_mobilenetv1: async () => (await import('./ssd-mobilenetv1.ts')).ssdMobilenetv1(),
  tiny_face_detector: async () => (await import('./tiny-face-detector.ts')).tinyFaceDetector(),
  face_landmark_68: async () => (await import('./face-landmark-68.ts')).faceLandmark68(),
  face_recognition: async () => (await import('./face-recognition.ts')).faceRecognition(),
  face_recognition_int8: async () => (await import('./face-recognition.ts')).faceRecognitionInt8()
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function isBuilt (file: string, checksum: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => null)
  return bytes !== null && sha256(bytes) === checksum
}

/**
 * Builds the ONNX graphs that are missing in `dir` or do not have the expected checksum, and returns their names.
 * Several processes may do it at once. Throws when face-api's weights give other graphs than `checksums` says.
 */
export async function ensureModels (dir: string, checksums: Readonly<Record<NetworkName, string>> = CHECKSUMS): Promise<string[]> {
  await mkdir(dir, { recursive: true })
  const built: string[] = []
  for (const [name, checksum] of Object.entries(checksums) as Array<[NetworkName, string]>) {
    const file = join(dir, `${name}.onnx`)
    if (await isBuilt(file, checksum)) continue
    const bytes = (await NETWORKS[name]()).encode()
    if (sha256(bytes) !== checksum) {
      throw new Error(`${name}: built with checksum ${sha256(bytes)}, expected ${checksum}; is this another version of @vladmandic/face-api?`)
    }
    // Ends in .onnx, so that git ignores it too should the process die before the rename.
    const temporary = join(dir, `.${name}.${randomUUID()}.onnx`)
    try {
      await writeFile(temporary, bytes)
      await rename(temporary, file)
    } finally {
      await rm(temporary, { force: true })
    }
    built.push(name)
  }
  return built
}

function isCommand (): boolean {
  try {
    // argv keeps the symbolic links of a deployment, import.meta.url does not.
    return realpathSync(process.argv[1] ?? '') === fileURLToPath(import.meta.url)
  } catch {
    // Under `node -e` the first argument is any word, and no file.
    return false
  }
}

if (isCommand()) {
  const dir = resolve(process.argv[2] ?? './models')
  const built = await ensureModels(dir)
  for (const [name, checksum] of Object.entries(CHECKSUMS)) {
    const { size } = await stat(join(dir, `${name}.onnx`))
    process.stdout.write(`${name}.onnx  ${built.includes(name) ? 'built' : 'ready'}  ${size} bytes  sha256 ${checksum}\n`)
  }
}
