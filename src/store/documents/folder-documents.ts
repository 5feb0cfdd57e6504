import { hash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { FaceError } from '../../errors.ts'
import { errorCode, reasonOf } from '../../system-error.ts'
import { createTaskQueue } from '../../task-queue.ts'
import { listIfThere, syncFolder, unlinkIfThere, writeAtomic } from '../folder/atomic-file.ts'
import { type FileSystem, nodeFileSystem, READ_FLAGS, withStoreErrors } from '../folder/file-system.ts'
import { createFolderPoll } from '../folder/follow/poll.ts'
import { isLocal, localStats, remoteStats } from '../folder/follow/stats.ts'
import { dataFolder, removeStray } from '../folder/layout.ts'
import { createUserLock, type Claim } from '../folder/lock.ts'
import { ownerName } from '../folder/process-identity.ts'
import { statText } from '../folder/read.ts'
import { DamagedRecordError, notValid, UnknownKeyError } from '../record/errors.ts'
import type { DataKey } from '../record/seal.ts'
import type { OnStoreEvent } from '../store-event.ts'
import { createDocumentCodec, STORED_BYTES_MAX } from './document-codec.ts'
import {
  assertDocumentId, COLLECTIONS, createKnownDocuments, documentName, isDocumentId, type ChangeDocument,
  type Collection, type DocumentContent, type DocumentStore, type KnownDocument
} from './document-store.ts'

/** A change is known within a second, with time to read it. */
const POLL_MS = 300
const EXTENSION = '.face'

/** A document that could not be read: looked at again, as no file has this mark. */
const UNREAD = ''

export interface FolderDocumentsOptions {
  /** The data folder of the encodings. */
  dir: string
  /** The first encrypts what is written, all of them read; without any, nothing is encrypted. */
  keys?: readonly DataKey[]
  onEvent?: OnStoreEvent
  /** For tests: the file system to use. */
  fs?: FileSystem
}

/** A {@link DocumentStore} in the folder of the encodings: a file for each document. */
export function createFolderDocuments ({
  dir, keys = [], onEvent = () => {}, fs = nodeFileSystem
}: FolderDocumentsOptions): DocumentStore {
  const data = dataFolder(resolve(dir))
  const codec = createDocumentCodec(keys)
  const known = createKnownDocuments(onEvent)
  const lock = createUserLock({ folder: data.locks, fs })
  /** Changes of this process wait here for one another, and not at the lock. */
  const turns = createTaskQueue()
  /** By document: what is read must not be older than what is known. */
  const files = createTaskQueue()
  /** Collections whose folder cannot be read now. */
  const unreadableFolders = new Set<Collection>()
  /** Of a document that needs another key: at the start it is not to be left out. */
  let wrongKey: string | undefined
  let stats = remoteStats(fs)
  let opening: Promise<void> | undefined
  let closing: Promise<void> | undefined

  const folderOf = (collection: Collection): string => join(data.documents, collection)
  const pathOf = (collection: Collection, id: string): string => join(folderOf(collection), id + EXTENSION)

  const poll = createFolderPoll({
    root: data.documents,
    folders: COLLECTIONS,
    statFolder: (path) => stats.folder(path),
    list: (folder) => look(folder as Collection),
    isDue: (folder) => unreadableFolders.has(folder as Collection) ||
      known.unreadable(folder as Collection) > 0,
    onReplaced: () => {}
  })

  function idOf (fileName: string): string | null {
    const id = fileName.endsWith(EXTENSION) ? fileName.slice(0, -EXTENSION.length) : ''
    return isDocumentId(id) ? id : null
  }

  async function readBytes (path: string): Promise<{ mark: string, bytes: Buffer | null } | null> {
    let handle
    try {
      handle = await fs.open(path, READ_FLAGS)
    } catch (err) {
      if (errorCode(err) === 'ENOENT') return null
      throw err
    }
    try {
      const stats = await handle.stat()
      const isRead = stats.isFile() && stats.size <= STORED_BYTES_MAX
      const bytes = isRead ? Buffer.alloc(stats.size) : null
      const { bytesRead } = bytes ? await handle.read(bytes, 0, bytes.length, 0) : { bytesRead: 0 }
      return { mark: statText(stats), bytes: bytes && bytes.subarray(0, bytesRead) }
    } finally {
      await handle.close()
    }
  }

  /** The document as it is on the disk. Throws `UnknownKeyError`, and what the file system throws. */
  async function read (collection: Collection, id: string): Promise<KnownDocument & { isNewer?: boolean } | null> {
    const file = await readBytes(pathOf(collection, id))
    if (!file) return null
    const { mark, bytes } = file
    try {
      if (!bytes) throw new DamagedRecordError('not a file, or too large')
      return { mark, content: codec.decode(collection, id, bytes), isReadable: true }
    } catch (err) {
      const { state, reason } = notValid(err)
      if (known.find(collection, id)?.mark !== mark) {
        onEvent({ type: state, file: data.nameOf(pathOf(collection, id)), reason })
      }
      return { mark, content: null, isReadable: false, isNewer: state === 'unsupported' }
    }
  }

  /** Reads the document again; what cannot be read keeps the content that was known. */
  async function refresh (collection: Collection, id: string): Promise<void> {
    await files.run(documentName(collection, id), async () => {
      try {
        known.accept(collection, id, await read(collection, id))
      } catch (err) {
        const before = known.find(collection, id)
        if (before?.mark !== UNREAD || before.isReadable) {
          const type = err instanceof UnknownKeyError ? 'unknown-key' : 'unreadable'
          const file = data.nameOf(pathOf(collection, id))
          onEvent({ type, file, reason: reasonOf(err) })
          const advice = 'set FACE_DATA_KEY to the keys of this folder'
          if (type === 'unknown-key') wrongKey ??= `${file} is ${reasonOf(err)}: ${advice}`
        }
        known.accept(collection, id, { mark: UNREAD, content: before?.content ?? null, isReadable: false })
      }
    })
  }

  async function isSeen (collection: Collection, id: string): Promise<boolean> {
    const mark = known.find(collection, id)?.mark
    if (!mark) return false
    try {
      return mark === statText(await stats.file(pathOf(collection, id)))
    } catch {
      return false // Gone, or it cannot be looked at: reading it will tell.
    }
  }

  /** Compares a collection with what is known of it. Never rejects. */
  async function look (collection: Collection): Promise<void> {
    const folder = folderOf(collection)
    try {
      const gone = new Set(known.ids(collection))
      for (const name of await listIfThere(fs, folder)) {
        const id = idOf(name)
        if (id === null) continue
        gone.delete(id)
        if (!await isSeen(collection, id)) await refresh(collection, id)
      }
      for (const id of gone) await refresh(collection, id)
      unreadableFolders.delete(collection)
    } catch (err) {
      if (!unreadableFolders.has(collection)) {
        onEvent({ type: 'unreadable', file: data.nameOf(folder), reason: reasonOf(err) })
      }
      unreadableFolders.add(collection)
    }
  }

  async function open (): Promise<void> {
    if (await isLocal(dir)) stats = localStats
    await poll.snapshot()
    for (const collection of COLLECTIONS) await look(collection)
    // Serving the others would look as if this document, maybe the only key, had been deleted.
    if (wrongKey !== undefined) throw new FaceError('STORE_UNAVAILABLE', { message: wrongKey })
    poll.begin(POLL_MS)
  }

  async function untilOpen (): Promise<void> {
    if (closing) throw new FaceError('SHUTTING_DOWN')
    if (!opening) throw new FaceError('STORE_UNAVAILABLE', { cause: new Error('the store is not open') })
    await opening
  }

  async function write (collection: Collection, id: string, content: DocumentContent, claim: Claim): Promise<void> {
    const tag = hash('sha256', documentName(collection, id), 'hex').slice(0, 32)
    await writeAtomic(fs, {
      path: pathOf(collection, id),
      tempPath: join(folderOf(collection), `.${tag}.${ownerName()}.tmp`),
      content: codec.encode(collection, id, content),
      beforeRename: () => claim.assertHeld()
    })
  }

  async function remove (collection: Collection, id: string, claim: Claim): Promise<void> {
    claim.assertHeld()
    await unlinkIfThere(fs, pathOf(collection, id))
    for (const name of await listIfThere(fs, folderOf(collection))) {
      if (idOf(name) === null) await removeStray(fs, folderOf(collection), name)
    }
    await syncFolder(fs, folderOf(collection))
  }

  async function changeClaimed (
    collection: Collection, id: string, change: ChangeDocument, claim: Claim
  ): Promise<DocumentContent | null> {
    const present = await withStoreErrors(() => read(collection, id))
    if (present?.isNewer) {
      throw new FaceError('STORE_UNAVAILABLE', { cause: new Error('a document that is not understood') })
    }
    const content = change(present?.content ?? null)
    if (!content && !present) return null
    if (!present) known.assertRoom(collection)
    try {
      await withStoreErrors(() => content ? write(collection, id, content, claim) : remove(collection, id, claim))
    } catch (err) {
      // What failed may be the sync after the rename: what is known is what is on the disk.
      const file = await read(collection, id).catch(() => undefined) // The first error is the one to report.
      if (file !== undefined) known.accept(collection, id, file)
      throw err
    }
    known.accept(collection, id, content && { mark: UNREAD, content, isReadable: true })
    return content
  }

  return {
    open: () => (opening ??= open()),
    list: known.list,
    get: (collection, id) => known.find(collection, id)?.content ?? null,
    async update (collection, id, change) {
      assertDocumentId(id)
      await untilOpen()
      return await turns.run(collection, async () => {
        const claim = await lock.acquireNamed(`documents-${collection}`)
        try {
          return await files.run(documentName(collection, id), () => changeClaimed(collection, id, change, claim))
        } finally {
          await claim.release()
        }
      })
    },
    onChange: known.onChange,
    unreadable: (collection) => known.unreadable(collection) +
      [...unreadableFolders].filter((folder) => collection === undefined || folder === collection).length,
    close: () => (closing ??= (async () => {
      await opening?.catch(() => {}) // `open` has thrown it.
      await poll.close()
      await turns.idle()
      await files.idle()
      known.close()
    })())
  }
}
