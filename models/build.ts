import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CHECKSUMS } from './checksums.ts'
import { faceLandmark68 } from './face-landmark-68.ts'
import { faceRecognition } from './face-recognition.ts'
import type { Graph } from './graph.ts'
import { ssdMobilenetv1 } from './ssd-mobilenetv1.ts'
import { tinyFaceDetector } from './tiny-face-detector.ts'

const NETWORKS: Readonly<Record<keyof typeof CHECKSUMS, () => Promise<Graph>>> = {
  ssd_mobilenetv1: ssdMobilenetv1,
  tiny_face_detector: tinyFaceDetector,
  face_landmark_68: faceLandmark68,
  face_recognition: faceRecognition
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function isBuilt (file: string, checksum: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => null)
  return bytes !== null && sha256(bytes) === checksum
}

/**
 * Builds the ONNX graphs that are missing in `dir` or do not have the expected checksum, and returns their names.
 * Several processes may do it at once. Throws when face-api's weights give other graphs than those known here.
 */
export async function ensureModels (dir: string): Promise<string[]> {
  await mkdir(dir, { recursive: true })
  const built: string[] = []
  for (const [name, checksum] of Object.entries(CHECKSUMS) as Array<[keyof typeof CHECKSUMS, string]>) {
    const file = join(dir, `${name}.onnx`)
    if (await isBuilt(file, checksum)) continue
    const bytes = (await NETWORKS[name]()).encode()
    if (sha256(bytes) !== checksum) {
      throw new Error(`${name}: built with checksum ${sha256(bytes)}, expected ${checksum}; is this another version of @vladmandic/face-api?`)
    }
    const temporary = `${file}.${randomUUID()}.tmp`
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

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const dir = resolve(process.argv[2] ?? './models')
  const built = await ensureModels(dir)
  for (const [name, checksum] of Object.entries(CHECKSUMS)) {
    process.stdout.write(`${name}.onnx  ${built.includes(name) ? 'built' : 'ready'}  sha256 ${checksum}\n`)
  }
}
