import { resolve } from 'node:path'
import { createGallery } from '../src/gallery/gallery.ts'
import { FACE_API_NETWORK } from '../src/recognition/network.ts'
import { createOnnxBackend } from '../workers/backends/onnx.ts'
import { createMatcher } from '../workers/pipeline/match.ts'
import { identify, type Tools } from '../workers/pipeline/pipeline.ts'
import { openRecognizer } from '../workers/pipeline/recognizer.ts'
import type { Stage } from '../workers/protocol.ts'

const PIXELS_MAX = 25_000_000

/** Milliseconds of one photo in one thread, without HTTP and queue: each stage and the sum, averages over the photos. */
export async function measureStages (photos: readonly Buffer[], rounds: number): Promise<Record<Stage | 'total', number>> {
  const backend = await createOnnxBackend(resolve(process.env['MODELS_DIR'] ?? './models'))
  const tools: Tools = { backend, recognizer: await openRecognizer(backend, { network: null, executionProviders: ['cpu'] }), matchFace: createMatcher(createGallery(FACE_API_NETWORK.id).memory), augment: 'none' }
  for (const photo of photos) await identify(tools, photo, PIXELS_MAX)
  const sums: Partial<Record<Stage, number>> = {}
  for (let round = 0; round < rounds; round++) {
    for (const photo of photos) {
      const { stages } = await identify(tools, photo, PIXELS_MAX)
      for (const [stage, ms] of Object.entries(stages) as Array<[Stage, number]>) sums[stage] = (sums[stage] ?? 0) + ms
    }
  }
  const averages = Object.fromEntries(Object.entries(sums).map(([stage, ms]) => [stage, ms / rounds / photos.length]))
  return { ...averages, total: Object.values(averages).reduce((sum, ms) => sum + ms, 0) } as Record<Stage | 'total', number>
}
