import { resolve } from 'node:path'
import { createGallery } from '../src/gallery/gallery.ts'
import { createOnnxBackend } from '../workers/backends/onnx.ts'
import { createMatcher } from '../workers/pipeline/match.ts'
import { identify, type Tools } from '../workers/pipeline/pipeline.ts'
import { openRecognizer } from '../workers/pipeline/recognizer.ts'
import type { Stage } from '../workers/protocol.ts'
import { decodeMs } from './floor.ts'
import { networkOf } from './network.ts'
import { benchPhotos, type PhotoSize } from './photos.ts'

const PIXELS_MAX = 25_000_000

/**
 * Photos of one size in one thread, without HTTP and queue: averages over the photos of the best of many rounds each.
 */
export interface PhotoCost {
  size: PhotoSize
  /** Milliseconds of each stage. */
  stages: Partial<Record<Stage, number>>
  total: number
  /** Decoding alone. */
  decodeMs: number
}

/** The pipeline with the defaults, in this thread. */
export async function openTools (): Promise<Tools> {
  const backend = await createOnnxBackend(resolve(process.env['MODELS_DIR'] ?? './models'))
  const network = await networkOf()
  const recognizer = await openRecognizer({ network: network.setup, executionProviders: ['cpu'] })
  return { backend, recognizer, matchFace: createMatcher(createGallery(network.id).memory), augment: 'none' }
}

/** Measures photos of these sizes, one after the other. */
export async function measureStages (sizes: readonly PhotoSize[], rounds: number): Promise<PhotoCost[]> {
  const tools = await openTools()
  const costs: PhotoCost[] = []
  for (const size of sizes) {
    const { photos } = await benchPhotos(size)
    const cost: PhotoCost = { size, stages: {}, total: 0, decodeMs: await decodeMs(photos, rounds) }
    for (const photo of photos) {
      const best = await quickest(tools, photo, rounds)
      for (const [stage, ms] of best) cost.stages[stage] = (cost.stages[stage] ?? 0) + ms / photos.length
      cost.total += sum(best) / photos.length
    }
    costs.push(cost)
  }
  return costs
}

type Times = Array<[Stage, number]>

const sum = (times: Times): number => times.reduce((total, [, ms]) => total + ms, 0)

/** The stages of the round that took least in all. */
async function quickest (tools: Tools, photo: Buffer, rounds: number): Promise<Times> {
  let best: Times | undefined
  for (let round = 0; round < rounds; round++) {
    const times = Object.entries((await identify(tools, photo, PIXELS_MAX)).stages) as Times
    if (!best || sum(times) < sum(best)) best = times
  }
  return best ?? []
}
