import type { Config } from '../src/config.ts'
import { FaceError } from '../src/errors.ts'
import { forEachOf } from '../src/for-each-of.ts'
import { createGallery } from '../src/gallery/gallery.ts'
import { createInferencePool } from '../src/inference/inference-pool.ts'
import { findNetwork } from '../src/networks/find-network.ts'
import { areComparable, kindOf, madeKind } from '../src/networks/kinds.ts'
import type { Sightings } from '../src/recognition/sightings.ts'
import type { Encoding, EncodingStore, UserRecord } from '../src/store/encoding-store.ts'
import { unsealChip } from '../src/store/record/chip.ts'
import { DamagedRecordError, UnknownKeyError } from '../src/store/record/errors.ts'
import { parseDataKeys } from '../src/store/record/seal.ts'
import { CommandError } from './command-error.ts'
import { concurrencyOf, offlineConfig, ownBytes } from './offline-inference.ts'
import { createProgress } from './progress.ts'
import { withStore } from './stores.ts'

/** The face of an encoding of another network, and what the present network makes of it. */
interface Made {
  sealedChip: Uint8Array
  /** Null: it has made an encoding of this photo before. */
  vector: Float32Array | null
}

type Outcome = 'encoded' | 'was encoded' | 'without a face' | 'unreadable' | 'gone'

/** Whether the face is to blame: the others can be encoded. */
const isOfChip = (err: unknown): boolean =>
  err instanceof UnknownKeyError || err instanceof DamagedRecordError ||
  (err instanceof FaceError && (err.statusCode < 500 || err.code === 'INFERENCE_FAILED'))

/** Encodings are copied with the time of their registration, which no two photos of a user share. */
const isOfOnePhoto = (one: Encoding, other: Encoding): boolean => one.registeredAt === other.registeredAt

const isSealed = ({ sealedChip }: Encoding, sealed: Uint8Array): boolean =>
  sealedChip !== undefined && Buffer.from(sealedChip).equals(sealed)

/**
 * Gives every user encodings of the network of the configuration, made of the faces that were kept, beside those of
 * other networks. A face goes with the newest of its encodings, so that a second call does only what is left to do.
 */
export async function reencode (store: EncodingStore, sightings: Sightings, config: Config): Promise<string> {
  const keys = parseDataKeys(config.FACE_DATA_KEY)
  if (keys.length === 0) throw new CommandError('reencode needs FACE_DATA_KEY: faces are kept encrypted')
  const network = await findNetwork(config)
  const kind = madeKind(network.id, config.ENCODING_AUGMENT)
  const inference = createInferencePool({
    config: offlineConfig(config),
    gallery: createGallery(network.id),
    network,
    onThreadError: (err) => process.stderr.write(`a thread ended and was replaced: ${err.message}\n`)
  })
  const isPresent = (encoding: Encoding): boolean => areComparable(kindOf(encoding), network.id)
  let encodings = 0

  async function encode (key: string, { encodings }: UserRecord): Promise<Made[]> {
    const made: Made[] = []
    for (const encoding of encodings) {
      const { sealedChip } = encoding
      if (!sealedChip || isPresent(encoding)) continue
      const chip = unsealChip(key, sealedChip, keys)
      const isMade = encodings.some((other) => isPresent(other) && isOfOnePhoto(other, encoding))
      const vector = isMade ? null : await inference.reencode(ownBytes(Buffer.from(chip)))
      made.push({ sealedChip, vector })
    }
    return made
  }

  /** The record as it is now, with those of the encodings that still belong to it. */
  function withMade (record: UserRecord, made: readonly Made[]): UserRecord {
    const after = [...record.encodings]
    for (const { sealedChip, vector } of made) {
      const from = after.findIndex((one) => !isPresent(one) && isSealed(one, sealedChip))
      const source = after[from]
      if (!source) continue
      const to = after.findIndex((one) => isPresent(one) && isOfOnePhoto(one, source))
      const { sealedChip: _, ...plain } = source
      if (to >= 0) {
        after[to] = { ...after[to]!, sealedChip }
      } else if (vector) {
        after.push({ vector, quality: source.quality, registeredAt: source.registeredAt, ...kind, sealedChip })
      } else {
        continue
      }
      after[from] = plain
    }
    return { ...record, encodings: after }
  }

  async function encodeUser (key: string): Promise<Outcome> {
    const record = await store.get(key)
    if (!record) return 'gone'
    let made
    try {
      made = await encode(key, record)
    } catch (err) {
      if (isOfChip(err)) return 'unreadable'
      throw err
    }
    if (made.length === 0) return record.encodings.some(isPresent) ? 'was encoded' : 'without a face'
    const after = await store.update(key, (present) => present && withMade(present, made))
    if (!after) return 'gone'
    const newOnes = made.filter(({ vector }) => vector).length
    if (newOnes === 0) return 'was encoded'
    encodings += newOnes
    sightings.restart(key)
    return 'encoded'
  }

  try {
    return await withStore(store, async (users) => {
      await inference.start()
      const startedAt = performance.now()
      const progress = createProgress(users.size, 'users', process.stderr)
      const outcomes: Record<Outcome, string[]> = {
        encoded: [], 'was encoded': [], 'without a face': [], unreadable: [], gone: []
      }
      let done = 0
      await forEachOf([...users], concurrencyOf(config), async (key) => {
        outcomes[await encodeUser(key)].push(key)
        progress(++done)
      })
      const rate = encodings / (performance.now() - startedAt) * 1000
      const { encoded, 'was encoded': before, 'without a face': faceless, unreadable } = outcomes
      return [
        ...faceless.map((key) => `${key}: no face was kept: register again`),
        ...unreadable.map((key) => `${key}: the face that was kept cannot be read: register again`),
        `${encoded.length} users were encoded by ${network.id}, ${encodings} encodings` +
          `${encodings > 0 ? `, ${rate.toFixed(1)}/s` : ''}; ${before.length} were already`,
        `${faceless.length + unreadable.length} users have to register again`
      ].join('\n')
    })
  } finally {
    await inference.close()
  }
}
