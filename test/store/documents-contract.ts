import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  DOCUMENT_BYTES_MAX, type DocumentChange, type DocumentContent, type DocumentStore
} from '../../src/store/documents/document-store.ts'
import type { DataKey } from '../../src/store/record/seal.ts'
import type { OnStoreEvent } from '../../src/store/store-event.ts'
import { eventually, newKeys } from './helper.ts'

export interface DocumentOptions { keys?: readonly DataKey[], onEvent?: OnStoreEvent }

/** Makes stores, not yet open, that all share the same data; the data is fresh for each test and removed after it. */
export type CreateDocuments = (t: TestContext) => Promise<(options?: DocumentOptions) => DocumentStore>

/** How soon a change must be known to other processes. */
const KNOWN_MS_MAX = 1_000

/** What every {@link DocumentStore} promises, as tests. */
export function documentsContract (name: string, createDocuments: CreateDocuments): void {
  async function opened (
    t: TestContext, store: DocumentStore
  ): Promise<{ store: DocumentStore, changes: DocumentChange[] }> {
    const changes: DocumentChange[] = []
    store.onChange((change) => changes.push(change))
    t.after(() => store.close())
    await store.open()
    return { store, changes }
  }

  const behaviour = (
    title: string, run: (t: TestContext, create: (options?: DocumentOptions) => DocumentStore) => Promise<void>
  ): void => {
    test(`${name}: ${title}`, async (t) => run(t, await createDocuments(t)))
  }

  behaviour('a document is added, changed and deleted, each announced once before the promise ' +
    'resolves', async (t, create) => {
    const { store, changes } = await opened(t, create())
    assert.equal(store.get('keys', 'a'), null)
    assert.deepEqual(await store.update('keys', 'a', (present) => ({ n: 1, present })), { n: 1, present: null })
    assert.deepEqual(store.get('keys', 'a'), { n: 1, present: null })
    await store.update('keys', 'a', (present) => ({ ...present, n: 2 }))
    await store.update('keys', 'b', () => ({ n: 'ä€😀' }))
    await store.update('sessions', 'a', () => ({ n: 3 }))
    assert.deepEqual(store.list('keys'), [
      { id: 'a', content: { n: 2, present: null } }, { id: 'b', content: { n: 'ä€😀' } }
    ])
    assert.equal(await store.update('keys', 'a', () => null), null)
    assert.equal(await store.update('keys', 'a', () => null), null)
    assert.equal(store.get('keys', 'a'), null)
    assert.deepEqual(changes.map(({ collection, id, content }) => `${collection}/${id} ${content?.['n']}`), [
      'keys/a 1', 'keys/a 2', 'keys/b ä€😀', 'sessions/a 3', 'keys/a undefined'
    ])
  })

  behaviour('everything is there after opening again, announced before open resolves', async (t, create) => {
    const { store } = await opened(t, create())
    for (let n = 0; n < 20; n++) await store.update('keys', `key-${n}`, () => ({ n }))
    await store.update('keys', 'key-3', () => null)
    await store.close()
    const { store: again, changes } = await opened(t, create())
    assert.equal(again.list('keys').length, 19)
    assert.deepEqual(again.get('keys', 'key-7'), { n: 7 })
    assert.equal(changes.length, 19)
  })

  behaviour('changes of two stores at the same time lose nothing, and both know all of them', async (t, create) => {
    const [one, two] = [await opened(t, create()), await opened(t, create())]
    const adding = (n: number) => (present: DocumentContent | null) => (
      { all: [...present?.['all'] as number[] ?? [], n] }
    )
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => (n % 2 ? one : two).store.update('settings', 'x', adding(n)))
    )
    const all = { all: Array.from({ length: 30 }, (_, n) => n) }
    const sorted = ({ store }: typeof one): unknown => (
      { all: [...store.get('settings', 'x')?.['all'] as number[] ?? []].sort((a, b) => a - b) }
    )
    for (const each of [one, two]) await eventually(() => JSON.stringify(sorted(each)) === JSON.stringify(all))
  })

  behaviour('a change, a replacement and a deletion are known to another store within a second', async (t, create) => {
    const [one, two] = [await opened(t, create()), await opened(t, create())]
    for (const content of [{ n: 1 }, { n: 2 }, null, { n: 3 }]) {
      await one.store.update('keys', 'a', () => content)
      const startedAt = performance.now()
      await eventually(() => JSON.stringify(two.store.get('keys', 'a')) === JSON.stringify(content))
      const ms = performance.now() - startedAt
      if (ms > KNOWN_MS_MAX) t.diagnostic(`known after ${Math.round(ms)} ms`)
    }
    assert.deepEqual(two.changes.map(({ content }) => content), [{ n: 1 }, { n: 2 }, null, { n: 3 }])
  })

  behaviour('a change that throws leaves everything as it was', async (t, create) => {
    const { store, changes } = await opened(t, create())
    await store.update('keys', 'a', () => ({ n: 1 }))
    const mine = new Error('mine')
    await assert.rejects(store.update('keys', 'a', () => { throw mine }), (err) => err === mine)
    await assert.rejects(store.update('keys', 'a', () => ({ text: 'x'.repeat(DOCUMENT_BYTES_MAX) })), /document size/)
    await assert.rejects(store.update('keys', '../a', () => ({ n: 2 })), /document id/)
    assert.deepEqual(store.get('keys', 'a'), { n: 1 })
    assert.equal(changes.length, 1)
    // The largest one, with the checksum's line.
    const text = 'x'.repeat(DOCUMENT_BYTES_MAX - 'FACE1 sha256=\n{"text":""}\n'.length - 64)
    await store.update('keys', 'a', () => ({ text }))
    const { store: other } = await opened(t, create())
    assert.equal((other.get('keys', 'a')?.['text'] as string).length, text.length)
  })

  behaviour('encrypted documents need their key, and a new first key re-encrypts them', async (t, create) => {
    const [old, next] = newKeys(2) as [DataKey, DataKey]
    const { store } = await opened(t, create({ keys: [old] }))
    await store.update('keys', 'a', () => ({ n: 1 }))
    for (const keys of [[], [next]]) {
      const stranger = create({ keys })
      t.after(() => stranger.close())
      await assert.rejects(stranger.open(), { code: 'STORE_UNAVAILABLE', message: /FACE_DATA_KEY/ })
    }
    const { store: both } = await opened(t, create({ keys: [next, old] }))
    await both.update('keys', 'a', (present) => present)
    // What was known stays; it cannot be changed.
    await eventually(() => store.unreadable('keys') === 1)
    assert.deepEqual(store.get('keys', 'a'), { n: 1 })
    await assert.rejects(store.update('keys', 'a', () => ({ n: 2 })), { code: 'STORE_UNAVAILABLE' })
    const { store: after } = await opened(t, create({ keys: [next] }))
    assert.deepEqual(after.get('keys', 'a'), { n: 1 })
  })

  behaviour('a listener that throws keeps neither the change nor the others from their work', async (t, create) => {
    const events: string[] = []
    const store = create({ onEvent: ({ type }) => events.push(type) })
    store.onChange(() => { throw new Error('listener') })
    const { changes } = await opened(t, store)
    await store.update('keys', 'a', () => ({ n: 1 }))
    assert.deepEqual([changes.length, events], [1, ['listener-failed']])
  })

  behaviour('nothing is changed before opening and after closing', async (_t, create) => {
    const store = create()
    await assert.rejects(store.update('keys', 'a', () => ({})), { code: 'STORE_UNAVAILABLE' })
    await store.open()
    const update = store.update('keys', 'a', () => ({ n: 1 }))
    await store.close()
    assert.deepEqual(await update, { n: 1 })
    await assert.rejects(store.update('keys', 'a', () => ({})), { code: 'SHUTTING_DOWN' })
  })
}
