import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { FaceError } from '../../errors.ts'
import { reasonOf } from '../../system-error.ts'
import type { OnStoreEvent } from '../store-event.ts'

/** What is kept beside the encodings, each in a collection of its own. */
export const COLLECTIONS = ['keys', 'pairings', 'sessions', 'settings'] as const
export type Collection = typeof COLLECTIONS[number]
/** Not worth a backup, or better not restored from one. */
export const TRANSIENT_COLLECTIONS: readonly Collection[] = ['pairings', 'sessions']

/** Of a document as text, and of a collection. */
export const DOCUMENT_BYTES_MAX = 64 * 1024
export const DOCUMENTS_MAX = 5_000

/** An object of JSON. Another version may have written it: check it before you rely on a field. */
export type DocumentContent = Readonly<Record<string, unknown>>

export interface Document {
  readonly id: string
  readonly content: DocumentContent
}

/** A document was stored or replaced, or is gone (`null`). */
export interface DocumentChange {
  collection: Collection
  id: string
  content: DocumentContent | null
}

/** What becomes of a document; null for one that is not there, or is to go. */
export type ChangeDocument = (present: DocumentContent | null) => DocumentContent | null

/**
 * Keeps small documents beside the encodings, all of them in memory, too. An acknowledged change survives `kill -9` and
 * power loss, and is known to every process that shares the folder or the database within a second.
 */
export interface DocumentStore {
  /**
   * Announces every document to the listeners, then follows the changes of other processes. Changes nothing. Throws
   * `STORE_UNAVAILABLE` when the storage cannot be read, or a document needs another key.
   */
  open (): Promise<void>
  /** The documents of a collection, in no order. */
  list (collection: Collection): Document[]
  get (collection: Collection, id: string): DocumentContent | null
  /**
   * Replaces a document by what `change` makes of the present one; changes of one collection, in any process, apply one
   * after the other. Returns what is stored now. `change` may be called more than once; what it throws is rethrown, and
   * nothing is changed. Throws `STORE_UNAVAILABLE` or `STORE_FULL` when the storage fails or the collection is full.
   */
  update (collection: Collection, id: string, change: ChangeDocument): Promise<DocumentContent | null>
  /** Calls `listener` with every change, in order per document, until the store is closed. */
  onChange (listener: (change: DocumentChange) => void): void
  /** Documents, and folders of them, that are there and cannot be read; of all collections if none is named. */
  unreadable (collection?: Collection): number
  /** Stops following, waits for updates under way. */
  close (): Promise<void>
}

const ID = /^[a-z0-9][a-z0-9_-]{0,63}$/

/** Whether the text can be a document's id: small letters, digits, `-` and `_`. */
export const isDocumentId = (text: string): boolean => ID.test(text)

/** Throws unless `id` can be one: the store's callers make them. */
export function assertDocumentId (id: string): void {
  assert.match(id, ID, 'document id')
}

/** For messages, and what a document is sealed for: another one cannot take its place. */
export const documentName = (collection: Collection, id: string): string => `documents/${collection}/${id}`

/** A document as it is stored. */
export interface KnownDocument {
  /** Tells two states of it apart. */
  mark: string
  /** Null if there is none that can be used. */
  content: DocumentContent | null
  isReadable: boolean
}

/** All documents in memory, and those who follow them. */
export interface KnownDocuments {
  find (collection: Collection, id: string): KnownDocument | undefined
  ids (collection: Collection): string[]
  /** Tells the listeners if the content differs from what they know; null for a document that is gone. */
  accept (collection: Collection, id: string, document: KnownDocument | null): void
  list (collection: Collection): Document[]
  onChange (listener: (change: DocumentChange) => void): void
  unreadable (collection?: Collection): number
  /** Throws `STORE_FULL` if one more would be too many. */
  assertRoom (collection: Collection): void
  /** No listener is called any more. */
  close (): void
}

/** Knows none at first. */
export function createKnownDocuments (onEvent: OnStoreEvent): KnownDocuments {
  const collections = new Map(COLLECTIONS.map((name) => [name, new Map<string, KnownDocument>()]))
  const listeners: Array<(change: DocumentChange) => void> = []
  const documentsOf = (collection: Collection): Map<string, KnownDocument> => collections.get(collection)!

  return {
    find: (collection, id) => documentsOf(collection).get(id),
    ids: (collection) => [...documentsOf(collection).keys()],
    accept (collection, id, document) {
      const documents = documentsOf(collection)
      const before = documents.get(id)?.content ?? null
      if (document) documents.set(id, document)
      else documents.delete(id)
      const content = document?.content ?? null
      if (isDeepStrictEqual(before, content)) return
      for (const listener of listeners) {
        try {
          listener({ collection, id, content })
        } catch (err) {
          onEvent({ type: 'listener-failed', reason: reasonOf(err) })
        }
      }
    },
    list: (collection) => [...documentsOf(collection)].flatMap(([id, { content }]) => content ? [{ id, content }] : []),
    onChange: (listener) => { listeners.push(listener) },
    unreadable (collection) {
      const looked = collection ? [documentsOf(collection)] : [...collections.values()]
      return looked.reduce((sum, documents) => (
        sum + [...documents.values()].filter(({ isReadable }) => !isReadable).length
      ), 0)
    },
    assertRoom (collection) {
      if (documentsOf(collection).size < DOCUMENTS_MAX) return
      throw new FaceError('STORE_FULL', { message: `There are ${DOCUMENTS_MAX} ${collection} already: delete some` })
    },
    close: () => { listeners.length = 0 }
  }
}
