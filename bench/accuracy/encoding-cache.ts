import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { CommandError } from '../../commands/command-error.ts'
import { CHECKSUMS } from '../../models/checksums.ts'
import type { Config } from '../../src/config.ts'
import type { RecognitionNetwork } from '../../src/networks/find-network.ts'
import type { EncodedPhoto } from './photo-encodings.ts'

const ROOT = join(import.meta.dirname, '../..')

const CacheSchema = Type.Record(Type.String(), Type.Object({
  /** 32-bit floats, base64; null without a face. */
  encoding: Type.Union([Type.String(), Type.Null()]),
  quality: Type.Optional(Type.Number()),
  unreadable: Type.Optional(Type.String())
}))

/** What became of photos that were looked at before, by {@link photoKey}. */
export interface EncodingCache {
  get (key: string): EncodedPhoto | undefined
  set (key: string, encoded: EncodedPhoto): void
  /** Writes down what is known. */
  save (): Promise<void>
}

/** All that decides what an encoding comes out as: the code of the threads, the networks and the settings. */
async function fingerprint (network: RecognitionNetwork, config: Config, withQuality: boolean): Promise<string> {
  const { INFERENCE_BACKEND, ENCODING_AUGMENT, MAX_IMAGE_PIXELS, MAX_IMAGE_BYTES } = config
  const { path, ...setup } = network.setup
  const sum = createHash('sha256')
  sum.update(JSON.stringify([
    network.id, setup, network.source?.checksum, network.source?.rebuild, CHECKSUMS,
    INFERENCE_BACKEND, ENCODING_AUGMENT, MAX_IMAGE_PIXELS, MAX_IMAGE_BYTES, withQuality
  ]))
  for (const file of (await readdir(join(ROOT, 'workers'), { recursive: true })).sort()) {
    if (file.endsWith('.ts')) sum.update(await readFile(join(ROOT, 'workers', file)))
  }
  return sum.digest('hex').slice(0, 16)
}

/** SHA-256 of a photo's bytes. */
export const photoKey = (photo: Buffer): string => createHash('sha256').update(photo).digest('hex')

function decode (text: string): Float32Array {
  const { buffer, byteOffset, byteLength } = Buffer.from(text, 'base64')
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength))
}

/**
 * Opens the file in `folder` for this network, these settings and the present code; there is none yet, or it cannot be
 * used: an empty one. Throws {@link CommandError} for a folder that cannot be made.
 */
export async function openEncodingCache (
  folder: string, network: RecognitionNetwork, config: Config, withQuality: boolean
): Promise<EncodingCache> {
  const file = join(folder, `${network.name ?? 'own'}-${await fingerprint(network, config, withQuality)}.json`)
  await mkdir(folder, { recursive: true }).catch((err: NodeJS.ErrnoException) => {
    throw new CommandError(`${folder}: cannot be made a folder (${err.code})`)
  })
  let content: unknown
  try {
    content = JSON.parse(await readFile(file, 'utf8'))
  } catch {
    // Not there yet, or half of it: everything is encoded again.
  }
  const known = new Map(Object.entries(Value.Check(CacheSchema, content) ? content : {}))
  return {
    get (key) {
      const entry = known.get(key)
      return entry && { ...entry, encoding: entry.encoding === null ? null : decode(entry.encoding) }
    },
    set (key, { encoding, ...rest }) {
      const bytes = encoding && Buffer.from(encoding.buffer, encoding.byteOffset, encoding.byteLength)
      known.set(key, { ...rest, encoding: bytes?.toString('base64') ?? null })
    },
    async save () {
      const content: Static<typeof CacheSchema> = Object.fromEntries(known)
      const temporary = `${file}.${process.pid}`
      await writeFile(temporary, JSON.stringify(content), { mode: 0o600 })
      await rename(temporary, file)
    }
  }
}
