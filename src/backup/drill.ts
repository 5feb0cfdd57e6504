import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { forEachOf } from '../for-each-of.ts'
import { createDocumentCodec } from '../store/documents/document-codec.ts'
import { createFolderDocuments } from '../store/documents/folder-documents.ts'
import type { StoredUsers } from '../store/encoding-store.ts'
import { readExportLines } from '../store/export-format.ts'
import { createFileStore } from '../store/folder/file-store.ts'
import { createRecordCodec } from '../store/record/codec.ts'
import type { DataKey } from '../store/record/seal.ts'

/** A change waits for the disk most of its time. */
const LANES = 16

/** What a drill found. */
export interface DrillReport {
  users: number
  encodings: number
  documents: number
  /** Of these users, not as they are in the backup when they were read back. */
  different: string[]
  /** Of those who are registered now: in the backup, and not. */
  current: number
  missing: number
}

/**
 * Restores a backup as an operator would, into a folder that is removed afterwards, and reads everybody back. Throws
 * what reading the backup throws; the present data is only looked at.
 */
export async function drill (path: string, keys: readonly DataKey[], present: StoredUsers): Promise<DrillReport> {
  const dir = await mkdtemp(join(tmpdir(), 'face-drill-'))
  const store = createFileStore({ dir, keys })
  const documents = createFolderDocuments({ dir, keys })
  const report: DrillReport = { users: 0, encodings: 0, documents: 0, different: [], current: 0, missing: 0 }
  const codec = createRecordCodec(keys)
  const lines = (): ReturnType<typeof readExportLines> => readExportLines(path, codec, createDocumentCodec(keys))
  const restored = new Set<string>()
  try {
    await store.open()
    await documents.open()
    await forEachOf(lines(), LANES, async ({ record, document }) => {
      if (record) {
        await store.update(String(record.userId), () => record)
        restored.add(String(record.userId))
      }
      if (document) await documents.update(document.collection, document.id, () => document.content)
    })
    // As a server that starts on it would: from the disk, past what this process remembers.
    await forEachOf(lines(), LANES, async ({ record, document }) => {
      if (record) {
        report.users++
        report.encodings += record.encodings.length
        const key = String(record.userId)
        if (!isDeepStrictEqual(await store.get(key), record)) report.different.push(key)
      }
      if (document) {
        report.documents++
        const found = documents.get(document.collection, document.id)
        if (!isDeepStrictEqual(found, document.content)) report.different.push(`${document.collection}/${document.id}`)
      }
    })
  } finally {
    await documents.close()
    await store.close()
    await rm(dir, { recursive: true, force: true, maxRetries: 10 })
  }
  for await (const key of present.keys()) report[restored.has(key) ? 'current' : 'missing']++
  return report
}
