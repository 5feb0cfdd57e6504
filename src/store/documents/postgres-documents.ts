import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { FaceError } from '../../errors.ts'
import { reasonOf } from '../../system-error.ts'
import { createTaskQueue } from '../../task-queue.ts'
import { createChangeFeed } from '../postgres/change-feed.ts'
import { unusableDatabase, withDatabaseErrors } from '../postgres/database-error.ts'
import { createDatabase, endConnections } from '../postgres/database.ts'
import { migrate } from '../postgres/migrate.ts'
import { inRepeatedTransaction } from '../postgres/transaction.ts'
import { notValid, UnknownKeyError } from '../record/errors.ts'
import type { DataKey } from '../record/seal.ts'
import type { OnStoreEvent } from '../store-event.ts'
import { createDocumentCodec } from './document-codec.ts'
import {
  assertDocumentId, COLLECTIONS, createKnownDocuments, type ChangeDocument, type Collection,
  type DocumentContent, type DocumentStore
} from './document-store.ts'

/** At most so many documents in one answer of the database. */
const PAGE_ROWS = 100

/** Any name: all changes of this process and what it reads of others are one after the other. */
const TURN = 'documents'

export interface PostgresDocumentsOptions {
  url: string
  /** The first encrypts what is written, all of them read; without any, nothing is encrypted. */
  keys?: readonly DataKey[]
  onEvent?: OnStoreEvent
}

interface Row { collection: string, id: string, version: string, document: Buffer }

const isCollection = (name: string): name is Collection => (COLLECTIONS as readonly string[]).includes(name)

/** What came of a change; a refusal is of the caller's and no failure of the database. */
type Outcome = { content: DocumentContent | null, version: string | null } | { refusal: unknown }

/** A {@link DocumentStore} in the database of the encodings: a row for each document. */
export function createPostgresDocuments ({ url, keys = [], onEvent = () => {} }: PostgresDocumentsOptions
): DocumentStore {
  const database = createDatabase(url)
  const codec = createDocumentCodec(keys)
  const known = createKnownDocuments(onEvent)
  const queue = createTaskQueue()
  const feed = createChangeFeed({
    database,
    channel: 'face_documents',
    catchUp: (client) => queue.run(TURN, () => catchUp(client)),
    // The encoding store follows the same database, and says so.
    onEvent: () => {}
  })
  /** The version of the latest change that was read. */
  let position: string | undefined
  let wrongKey: string | undefined
  let opening: Promise<void> | undefined
  let closing: Promise<void> | undefined

  function accept ({ collection, id, version, document }: Row): void {
    if (!isCollection(collection)) return
    const before = known.find(collection, id)
    const name = `face_documents/${collection}/${id}`
    try {
      const content = codec.decode(collection, id, document)
      known.accept(collection, id, { mark: version, content, isReadable: true })
    } catch (err) {
      if (err instanceof UnknownKeyError) {
        onEvent({ type: 'unknown-key', file: name, reason: err.message })
        wrongKey ??= `${name} is ${err.message}: set FACE_DATA_KEY to the keys of this database`
        known.accept(collection, id, { mark: version, content: before?.content ?? null, isReadable: false })
        return
      }
      const { state, reason } = notValid(err)
      onEvent({ type: state, file: name, reason })
      known.accept(collection, id, { mark: version, content: null, isReadable: false })
    }
  }

  /** Reads what has changed since the last time, in any direction of the database's history. */
  async function catchUp (client: pg.ClientBase): Promise<void> {
    const { rows: [latest] } = await client.query<{ version: string }>('SELECT version FROM face_documents_feed')
    if (!latest) throw new Error('the table face_documents_feed has lost its row')
    if (latest.version === position) return
    const { rows } = await client.query<Omit<Row, 'document'>>('SELECT collection, id, version FROM face_documents')
    const names = new Set(rows.map(({ collection, id }) => `${collection}/${id}`))
    const changed = rows.filter(({ collection, id, version }) => (
      isCollection(collection) && known.find(collection, id)?.mark !== version
    ))
    for (let first = 0; first < changed.length; first += PAGE_ROWS) {
      const versions = changed.slice(first, first + PAGE_ROWS).map(({ version }) => version)
      const page = await client.query<Row>(
        'SELECT collection, id, version, document FROM face_documents WHERE version = ANY($1)', [versions]
      )
      page.rows.forEach(accept)
    }
    for (const collection of COLLECTIONS) {
      for (const id of known.ids(collection)) if (!names.has(`${collection}/${id}`)) known.accept(collection, id, null)
    }
    // Later changes, some of them read already, have another version.
    position = latest.version
  }

  async function open (): Promise<void> {
    try {
      await migrate(database)
      await feed.start(() => {})
    } catch (cause) {
      throw unusableDatabase(database.name, cause)
    }
    if (wrongKey === undefined) return
    // Serving the others would look as if this document, maybe the only key, had been deleted.
    await feed.close()
    throw new FaceError('STORE_UNAVAILABLE', { message: wrongKey })
  }

  async function untilOpen (): Promise<void> {
    if (closing) throw new FaceError('SHUTTING_DOWN')
    if (!opening) throw new FaceError('STORE_UNAVAILABLE', { cause: new Error('the store is not open') })
    await opening
  }

  /** The content of a row that is to be changed. Throws `STORE_UNAVAILABLE` unless it may be replaced. */
  function presentContent (collection: Collection, id: string, row: Row | undefined): DocumentContent | null {
    if (!row) return null
    try {
      return codec.decode(collection, id, row.document)
    } catch (err) {
      if (!(err instanceof UnknownKeyError) && notValid(err).state === 'damaged') return null
      throw new FaceError('STORE_UNAVAILABLE', { cause: new Error(`a row that cannot be changed: ${reasonOf(err)}`) })
    }
  }

  async function changeLocked (
    client: pg.ClientBase, collection: Collection, id: string, change: ChangeDocument
  ): Promise<Outcome> {
    // Held until the end of the transaction: one change after the other.
    await client.query('SELECT version FROM face_documents_feed WHERE id = 1 FOR UPDATE')
    const { rows: [row] } = await client.query<Row>(
      'SELECT document FROM face_documents WHERE collection = $1 AND id = $2', [collection, id]
    )
    let content, document
    try {
      content = change(presentContent(collection, id, row))
      if (content && !row) known.assertRoom(collection)
      document = content && codec.encode(collection, id, content)
    } catch (refusal) {
      return { refusal }
    }
    if (!document && !row) return { content: null, version: null }
    const version = randomUUID()
    if (!document) {
      await client.query('DELETE FROM face_documents WHERE collection = $1 AND id = $2', [collection, id])
    } else {
      await client.query(row
        ? 'UPDATE face_documents SET version = $3, document = $4 WHERE collection = $1 AND id = $2'
        : 'INSERT INTO face_documents (collection, id, version, document) VALUES ($1, $2, $3, $4)',
      [collection, id, version, document])
    }
    await client.query('UPDATE face_documents_feed SET version = $1 WHERE id = 1', [version])
    return { content, version }
  }

  async function update (
    collection: Collection, id: string, change: ChangeDocument
  ): Promise<DocumentContent | null> {
    const outcome = await withDatabaseErrors(() => (
      inRepeatedTransaction(database.pool, (client) => changeLocked(client, collection, id, change))
    ))
    if ('refusal' in outcome) throw outcome.refusal
    const { content, version } = outcome
    if (version === null) return null
    known.accept(collection, id, content && { mark: version, content, isReadable: true })
    feed.notify()
    return content
  }

  return {
    open: () => (opening ??= open()),
    list: known.list,
    get: (collection, id) => known.find(collection, id)?.content ?? null,
    async update (collection, id, change) {
      assertDocumentId(id)
      await untilOpen()
      return await queue.run(TURN, () => update(collection, id, change))
    },
    onChange: known.onChange,
    unreadable: known.unreadable,
    close: () => (closing ??= (async () => {
      await opening?.catch(() => {}) // `open` has thrown it.
      await feed.close()
      await queue.idle()
      await endConnections(database.pool)
      known.close()
    })())
  }
}
