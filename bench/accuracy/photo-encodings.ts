import { readFile } from 'node:fs/promises'
import type { Config } from '../../src/config.ts'
import { FaceError, type ErrorCode } from '../../src/errors.ts'
import { forEachOf } from '../../src/for-each-of.ts'
import { createGallery } from '../../src/gallery/gallery.ts'
import { createInferencePool, type Inference } from '../../src/inference/inference-pool.ts'
import { concurrencyOf, offlineConfig, ownBytes } from '../../commands/offline-inference.ts'
import type { RecognitionNetwork } from '../../src/networks/find-network.ts'
import { overallQuality } from '../../src/recognition/quality-policy.ts'
import { openEncodingCache, photoKey } from './encoding-cache.ts'
import type { Report } from './report.ts'

/** What became of a photo. */
export interface EncodedPhoto {
  /** Null without a face. */
  encoding: Float32Array | null
  /** Overall quality, 0..1, if it was asked for and there is a face. */
  quality?: number
  /** Why the photo could not be looked at: an error code of the server or of the file system. */
  unreadable?: string
}

/** What was encoded, and by what. */
export interface Encoded extends Pick<Report, 'model' | 'engine'> {
  /** The settings that the encodings depend on. */
  config: Omit<Report['config'], 'RECOGNITION_TOLERANCE'>
  /** In the order of the paths. */
  photos: EncodedPhoto[]
}

/** The photo's fault; anything else is the server's and ends the run. */
const PHOTO_CODES: readonly ErrorCode[] = [
  'UNSUPPORTED_IMAGE', 'IMAGE_UNREADABLE', 'IMAGE_TOO_LARGE', 'IMAGE_TOO_SMALL'
]

export interface EncodingJob {
  paths: readonly string[]
  config: Config
  network: RecognitionNetwork
  /** Examine the photos as for enrolment, which encodes in the same way and also measures quality. */
  withQuality: boolean
  /** A folder where encodings are kept from one run to the next; undefined: they are not. */
  cache?: string | undefined
  onProgress: (done: number) => void
  onThreadError: (err: Error) => void
}

async function look (inference: Inference, photo: ArrayBuffer, withQuality: boolean): Promise<EncodedPhoto> {
  if (!withQuality) return { encoding: (await inference.identify(photo))?.face.encoding ?? null }
  const enrolment = await inference.examineForEnrolment(photo)
  return enrolment
    ? { encoding: enrolment.face.encoding, quality: overallQuality(enrolment.quality) }
    : { encoding: null }
}

/** Encodes the foremost face of each photo with the server's own pipeline and threads. */
export async function encodePhotos ({
  paths, config, network, withQuality, cache: folder, onProgress, onThreadError
}: EncodingJob): Promise<Encoded> {
  const cache = folder === undefined ? null : await openEncodingCache(folder, network, config, withQuality)
  const inference = createInferencePool({
    config: offlineConfig(config),
    gallery: createGallery(network.id),
    network,
    onThreadError
  })

  async function encode (path: string): Promise<EncodedPhoto> {
    let bytes: Buffer
    try {
      bytes = await readFile(path)
    } catch (err) {
      return { encoding: null, unreadable: String((err as NodeJS.ErrnoException).code) }
    }
    if (bytes.byteLength > config.MAX_IMAGE_BYTES) return { encoding: null, unreadable: 'PAYLOAD_TOO_LARGE' }
    if (!cache) return await lookAt(bytes)
    // Before the bytes move to the thread.
    const key = photoKey(bytes)
    const encoded = cache.get(key) ?? await lookAt(bytes)
    cache.set(key, encoded)
    return encoded
  }

  async function lookAt (bytes: Buffer): Promise<EncodedPhoto> {
    try {
      return await look(inference, ownBytes(bytes), withQuality)
    } catch (err) {
      if (err instanceof FaceError && PHOTO_CODES.includes(err.code)) return { encoding: null, unreadable: err.code }
      throw err
    }
  }

  try {
    const { engine } = await inference.start()
    const photos: EncodedPhoto[] = []
    let done = 0
    await forEachOf(paths.entries(), concurrencyOf(config), async ([index, path]) => {
      photos[index] = await encode(path)
      onProgress(++done)
    })
    await cache?.save()
    const { ENCODING_AUGMENT, INFERENCE_BACKEND, INFERENCE_THREADS, MAX_IMAGE_PIXELS, MAX_IMAGE_BYTES } = config
    return {
      model: network.id,
      engine,
      config: { ENCODING_AUGMENT, INFERENCE_BACKEND, INFERENCE_THREADS, MAX_IMAGE_PIXELS, MAX_IMAGE_BYTES },
      photos
    }
  } finally {
    await inference.close()
  }
}
