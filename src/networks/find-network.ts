import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import type { NetworkSource } from '../../models/build.ts'
import type { NetworkInput, NetworkSetup } from '../../workers/protocol.ts'
import { ConfigError, type Config } from '../config.ts'
import { onScale, type Calibration } from './calibration.ts'
import { CALIBRATIONS } from './calibrations.ts'
import { areComparable } from './kinds.ts'
import { CATALOGUE, idOf, NETWORK_NAMES, type NetworkName } from './catalogue.ts'

/** The network that makes the encodings, with all that the configuration says of it. */
export interface RecognitionNetwork {
  /** Stored with every encoding: only those with the same id are comparable. */
  id: string
  /** Null: the operator's own, not in the catalogue. */
  name: NetworkName | null
  setup: NetworkSetup
  /** Numbers of an encoding; null: whatever the operator's own network gives. */
  length: number | null
  /** What its graph is built from; null if nothing has to be built. */
  source: NetworkSource | null
  /** The file that `RECOGNITION_MODEL` names. */
  file: string | null
  /** Null: the operator's own network, which has not been calibrated. */
  calibration: Calibration | null
  /** Of the catalogue's table of calibrations; null for the operator's own network. */
  calibrationKey: string | null
  /** What the operator should know of the choice. */
  notice?: string
}

type NetworkConfig = Pick<Config,
  'RECOGNITION_NETWORK' | 'RECOGNITION_MODEL' | 'RECOGNITION_MODEL_INPUT' | 'ENCODING_ARITHMETIC' | 'ENCODING_AUGMENT' |
  'INFERENCE_BACKEND' | 'MODELS_DIR'>

/** Unit of stability for a network that nobody has measured: what it is for those of the catalogue. */
const MIRROR_SPREAD = 0.6

/** Where the calibration of the operator's own network is. */
export const calibrationFile = (model: string): string => `${model}.calibration.json`

const CalibrationSchema = Type.Object({ distances: Type.Tuple([Type.Number(), Type.Number(), Type.Number()]) })

async function readCalibration (model: string): Promise<Calibration | null> {
  const file = calibrationFile(model)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new ConfigError(`${file} cannot be read (${(err as NodeJS.ErrnoException).code})`)
  }
  const content: unknown = ((): unknown => { try { return JSON.parse(text) } catch { return null } })()
  if (Value.Check(CalibrationSchema, content)) {
    const { distances: [one, two, three] } = content as Static<typeof CalibrationSchema>
    if (one > 0 && two > one && three > two) return [one, two, three]
  }
  throw new ConfigError(`${file} is not what npm run accuracy -- --write-calibration writes: three ascending distances`)
}

async function checksumOf (file: string): Promise<string> {
  const sum = createHash('sha256')
  await pipeline(createReadStream(file), sum).catch((err: NodeJS.ErrnoException) => {
    throw new ConfigError(`RECOGNITION_MODEL=${JSON.stringify(file)} cannot be read (${err.code})`)
  })
  return sum.digest('hex')
}

function knownNetwork (name: NetworkName, file: string | null, config: NetworkConfig): RecognitionNetwork {
  const { ENCODING_ARITHMETIC: format, ENCODING_AUGMENT: augment, INFERENCE_BACKEND, MODELS_DIR } = config
  const { original, graphs, alignment, side, length, unit } = CATALOGUE[name]
  const graph = graphs[format]
  const calibrationKey = `${name}/${format}/${augment}`
  const isTfjs = INFERENCE_BACKEND === 'tfjs'
  if (!graph || (isTfjs && format !== 'float32')) {
    const why = isTfjs ? 'INFERENCE_BACKEND=tfjs' : `RECOGNITION_NETWORK=${name}`
    throw new ConfigError(`ENCODING_ARITHMETIC="${format}" is not allowed with ${why}: expected float32`)
  }
  return {
    id: idOf(name, format),
    name,
    setup: {
      path: isTfjs ? null : resolve(MODELS_DIR, `${graph.name}.onnx`),
      input: null,
      alignment,
      unit,
      mirrorSpread: graph.mirrorSpread
    },
    length,
    source: original && {
      name: graph.name,
      checksum: graph.checksum,
      original,
      rebuild: { side, length, channels: original.channels, mean: original.mean, divisor: original.divisor },
      ranges: format === 'int8' ? 'mobilefacenet' : null
    },
    file,
    calibration: CALIBRATIONS[calibrationKey]!,
    calibrationKey,
    ...isTfjs && { notice: 'INFERENCE_BACKEND=tfjs runs face-api\'s own networks: RECOGNITION_NETWORK is face-api' }
  }
}

/**
 * The network that the configuration names. One of the operator's own is known by the checksum of its file and by what
 * it is fed; if the catalogue has that checksum, by the catalogue. Throws {@link ConfigError} when the file cannot be
 * read, when settings contradict each other, and when a network is not to be had in 8 bits.
 */
export async function findNetwork (config: NetworkConfig): Promise<RecognitionNetwork> {
  const { RECOGNITION_NETWORK: wanted, RECOGNITION_MODEL: model, RECOGNITION_MODEL_INPUT: fed } = config
  if (model === undefined) return knownNetwork(wanted ?? 'face-api', null, config)
  const path = resolve(model)
  const checksum = await checksumOf(model)
  const name = NETWORK_NAMES.find((one) => CATALOGUE[one].original?.checksum === checksum) ?? null
  if (wanted !== undefined && wanted !== name) {
    const what = name ? `is the file of ${name}` : 'is a file that the catalogue does not know'
    const contradiction = `RECOGNITION_MODEL=${JSON.stringify(model)} ${what}, RECOGNITION_NETWORK is ${wanted}`
    throw new ConfigError(`${contradiction}: leave one of them out`)
  }
  if (name) return knownNetwork(name, path, config)
  if (config.ENCODING_ARITHMETIC !== 'float32') {
    throw new ConfigError('ENCODING_ARITHMETIC="int8" is not allowed with RECOGNITION_MODEL: expected float32')
  }
  const [channels, mean, divisor] = fed.split(',') as [NetworkInput['channels'], string, string]
  return {
    id: `arcface/${checksum}/five-points-v1/${fed}`,
    name: null,
    setup: {
      path,
      input: { channels, mean: Number(mean), divisor: Number(divisor) },
      alignment: 'arcface',
      unit: true,
      mirrorSpread: MIRROR_SPREAD
    },
    length: null,
    source: null,
    file: path,
    calibration: await readCalibration(path),
    calibrationKey: null
  }
}

/**
 * The network that was the default before, face-api's, in 32 bits: with it everybody who has no encoding of `network`
 * yet is recognised until they have registered again. Null if encodings of `network` may be compared with its own.
 */
export function previousNetwork (network: RecognitionNetwork, config: NetworkConfig): RecognitionNetwork | null {
  const previous = knownNetwork('face-api', null, { ...config, ENCODING_ARITHMETIC: 'float32' })
  return areComparable(network.id, previous.id) ? null : previous
}

/** The distances of a network on the scale. Throws {@link ConfigError} for one that has not been calibrated. */
export function scaleOf (network: Pick<RecognitionNetwork, 'calibration' | 'file'>): (raw: number) => number {
  const calibration = calibrationOf(network)
  return (raw) => onScale(calibration, raw)
}

/** What a network's distances mean. Throws {@link ConfigError} for one that has not been calibrated. */
export function calibrationOf ({ calibration, file }: Pick<RecognitionNetwork, 'calibration' | 'file'>): Calibration {
  if (calibration) return calibration
  throw new ConfigError(`RECOGNITION_MODEL=${JSON.stringify(file)} is not calibrated: ` +
    'npm run accuracy -- --dataset DIR --write-calibration does it with photos of many people')
}
