import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { withStoreErrors } from '../../store/folder/file-system.ts'
import { ownerName } from '../../store/folder/process-identity.ts'

/**
 * Bytes put aside on the disk until this process is done with them: in a file without a name, encrypted with a key that
 * nobody else has. Both throw `STORE_FULL` or `STORE_UNAVAILABLE` when the disk fails.
 */
export interface Spool {
  /** Call it again only when it has resolved. */
  append (bytes: Uint8Array): Promise<void>
  read (at: number, length: number): Promise<Buffer>
  byteLength (): number
  close (): Promise<void>
}

const CIPHER = 'aes-256-ctr'
const BLOCK_BYTES = 16

/** Makes an empty spool in a folder that is there. */
export async function openSpool (dir: string): Promise<Spool> {
  const path = join(dir, `.${ownerName()}.tmp`)
  const file = await withStoreErrors(() => open(path, 'wx+', 0o600))
  // From here on nothing is left of it when the process ends.
  await withStoreErrors(() => unlink(path))
  const key = randomBytes(32)
  const cipher = createCipheriv(CIPHER, key, counterOf(0))
  let byteLength = 0

  return {
    append: (bytes) => withStoreErrors(async () => {
      const sealed = cipher.update(bytes)
      for (let at = 0; at < sealed.length;) {
        const { bytesWritten } = await file.write(sealed, at, sealed.length - at, byteLength + at)
        at += bytesWritten
      }
      byteLength += sealed.length
    }),
    read: (at, length) => withStoreErrors(async () => {
      const skipped = at % BLOCK_BYTES
      const sealed = Buffer.alloc(Math.max(0, Math.min(length, byteLength - at)) + skipped)
      const { bytesRead } = await file.read(sealed, 0, sealed.length, at - skipped)
      const decipher = createDecipheriv(CIPHER, key, counterOf((at - skipped) / BLOCK_BYTES))
      return decipher.update(sealed.subarray(0, bytesRead)).subarray(skipped)
    }),
    byteLength: () => byteLength,
    close: () => file.close()
  }
}

/** The key is used once, so that the count of blocks alone is the initial counter. */
function counterOf (block: number): Buffer {
  const counter = Buffer.alloc(BLOCK_BYTES)
  counter.writeBigUInt64BE(BigInt(block), BLOCK_BYTES - 8)
  return counter
}
