import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { NetworkFile } from '../../workers/protocol.ts'
import { ConfigError, type Config } from '../config.ts'

/** The network that makes the encodings. */
export interface RecognitionNetwork {
  /** Stored with every encoding: only those with the same id are comparable. */
  id: string
  /** Null: face-api's own. */
  file: NetworkFile | null
  /** How alike two faces at this distance are, 0..1. */
  confidenceOf (distance: number): number
}

/** face-api's network; confidence as the service before defined it. */
export const FACE_API_NETWORK: RecognitionNetwork = {
  id: 'face-api/face_recognition/dlib-chip-v1',
  file: null,
  confidenceOf: (distance) => Math.max(0, 1 - distance)
}

/** The same network in 8 bits: its distances to encodings of the other mean less than those among its own. */
export const FACE_API_NETWORK_INT8: RecognitionNetwork = { ...FACE_API_NETWORK, id: 'face-api/face_recognition-int8/dlib-chip-v1' }

/** On the unit sphere, |a - b|² = 2 - 2 cos(a, b). */
const cosineOf = (distance: number): number => Math.max(0, 1 - distance ** 2 / 2)

type NetworkConfig = Pick<Config, 'RECOGNITION_MODEL' | 'RECOGNITION_MODEL_INPUT' | 'ENCODING_ARITHMETIC' | 'INFERENCE_BACKEND'>

/**
 * The network that the configuration names. One of the operator's own is known by the checksum of its file and by what it
 * is fed. Throws {@link ConfigError} when the file cannot be read, and when a network is not to be had in 8 bits.
 */
export async function findNetwork ({ RECOGNITION_MODEL, RECOGNITION_MODEL_INPUT, ENCODING_ARITHMETIC, INFERENCE_BACKEND }: NetworkConfig): Promise<RecognitionNetwork> {
  const isOwn = RECOGNITION_MODEL !== undefined
  if (ENCODING_ARITHMETIC === 'int8' && (isOwn || INFERENCE_BACKEND === 'tfjs')) {
    throw new ConfigError(`ENCODING_ARITHMETIC="int8" is not allowed with ${isOwn ? 'RECOGNITION_MODEL' : 'INFERENCE_BACKEND=tfjs'}: expected float32`)
  }
  if (!isOwn) return ENCODING_ARITHMETIC === 'int8' ? FACE_API_NETWORK_INT8 : FACE_API_NETWORK
  const sum = createHash('sha256')
  await pipeline(createReadStream(RECOGNITION_MODEL), sum).catch((err: NodeJS.ErrnoException) => {
    throw new ConfigError(`RECOGNITION_MODEL=${JSON.stringify(RECOGNITION_MODEL)} cannot be read (${err.code})`)
  })
  const [channels, mean, scale] = RECOGNITION_MODEL_INPUT.split(',') as ['rgb' | 'bgr', string, string]
  return {
    id: `arcface/${sum.digest('hex')}/five-points-v1/${RECOGNITION_MODEL_INPUT}`,
    file: { path: resolve(RECOGNITION_MODEL), channels, mean: Number(mean), scale: Number(scale) },
    confidenceOf: cosineOf
  }
}
