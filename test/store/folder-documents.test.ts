import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createFolderDocuments, type FolderDocumentsOptions } from '../../src/store/documents/folder-documents.ts'
import { createKnownDocuments, DOCUMENTS_MAX, type DocumentStore } from '../../src/store/documents/document-store.ts'
import { isSealed } from '../../src/store/record/seal.ts'
import type { StoreEvent } from '../../src/store/store-event.ts'
import { documentsContract } from './documents-contract.ts'
import { faultyFileSystem } from './faulty-file-system.ts'
import { eventually, filesIn, memoryFolder, newKeys, temporaryFolder } from './helper.ts'

documentsContract('folder documents', async (t) => {
  const dir = await memoryFolder(t)
  return (options) => createFolderDocuments({ dir, ...options })
})

async function opened (t: TestContext, options: FolderDocumentsOptions): Promise<{
  store: DocumentStore, events: StoreEvent[]
}> {
  const events: StoreEvent[] = []
  const store = createFolderDocuments({ onEvent: (event) => events.push(event), ...options })
  t.after(() => store.close())
  await store.open()
  return { store, events }
}

test('opening a folder changes nothing in it, also one that is not there', async (t) => {
  const dir = await temporaryFolder(t)
  const { store } = await opened(t, { dir: join(dir, 'later') })
  assert.deepEqual(await readdir(dir), [])
  await store.update('keys', 'a', () => ({ n: 1 }))
  assert.deepEqual(await filesIn(dir), [join('later', 'documents', 'keys', 'a.face')])
})

test('with a key nothing of a document can be read in its file, and another\'s file is refused', async (t) => {
  const dir = await temporaryFolder(t)
  const keys = newKeys()
  const { store, events } = await opened(t, { dir, keys })
  await store.update('keys', 'a', () => ({ name: 'front door' }))
  const file = (id: string): string => join(dir, 'documents', 'keys', `${id}.face`)
  const bytes = await readFile(file('a'))
  assert.ok(isSealed(bytes) && !bytes.includes('front door'))
  await writeFile(file('b'), bytes)
  await eventually(() => store.unreadable('keys') === 1)
  assert.equal(store.get('keys', 'b'), null)
  assert.deepEqual(events, [
    { type: 'damaged', file: join('documents', 'keys', 'b.face'), reason: 'not sealed for this user' }
  ])
})

test('a damaged document is told of once, counted and not used; the others are, and it can be replaced', async (t) => {
  const dir = await temporaryFolder(t)
  const folder = join(dir, 'documents', 'keys')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'a.face'), 'not a document')
  await writeFile(join(folder, 'b.face'), 'FACE9 of tomorrow\n')
  await writeFile(join(folder, 'c.face'), Buffer.alloc(100_000))
  await mkdir(join(folder, 'd.face'))
  await writeFile(join(folder, 'NOTES.txt'), 'of an administrator')
  const { store, events } = await opened(t, { dir })
  const other = await opened(t, { dir })
  await other.store.update('keys', 'e', () => ({ n: 1 }))
  await eventually(() => store.get('keys', 'e') !== null)
  assert.deepEqual(events.map(({ type }) => type).sort(), ['damaged', 'damaged', 'damaged', 'unsupported'])
  assert.deepEqual([store.unreadable('keys'), store.unreadable('settings'), store.unreadable()], [4, 0, 4])
  await assert.rejects(store.update('keys', 'b', () => ({ n: 2 })), { code: 'STORE_UNAVAILABLE' })
  await store.update('keys', 'a', () => ({ n: 2 }))
  assert.equal(store.unreadable('keys'), 3)
  await rm(join(folder, 'b.face'))
  await eventually(() => store.unreadable('keys') === 2)
})

test('a document or folder that cannot be read keeps what was known, and is read when it can be', async (t) => {
  const dir = await temporaryFolder(t)
  const writer = await opened(t, { dir })
  await writer.store.update('keys', 'a', () => ({ n: 1 }))
  await writer.store.update('keys', 'b', () => ({ n: 1 }))
  let failing = ''
  const { fs } = faultyFileSystem((call, _, [path]) => (
    failing !== '' && call === (failing.endsWith('.face') ? 'open' : 'readdir') && String(path).endsWith(failing)
      ? 'EIO'
      : undefined
  ))
  const { store, events } = await opened(t, { dir, fs })
  for (const place of ['a.face', 'keys']) {
    failing = place
    await writer.store.update('keys', 'a', (present) => ({ n: Number(present?.['n']) + 1 }))
    await eventually(() => store.unreadable('keys') === 1)
    assert.equal(store.list('keys').length, 2)
    failing = ''
    await eventually(() => store.unreadable('keys') === 0)
    assert.deepEqual(store.get('keys', 'a'), writer.store.get('keys', 'a'))
  }
  assert.deepEqual(events.map((event) => 'file' in event ? `${event.type} ${event.file}` : event.type), [
    `unreadable ${join('documents', 'keys', 'a.face')}`, `unreadable ${join('documents', 'keys')}`
  ])
})

test('whatever call fails, a change is made as a whole or not at all, and memory is what is on the disk', async (t) => {
  const dir = await temporaryFolder(t)
  let failAt = Infinity
  let made = 0
  const { fs } = faultyFileSystem(() => made++ === failAt ? 'ENOSPC' : undefined)
  const { store } = await opened(t, { dir })
  await store.update('keys', 'a', () => ({ n: 0 }))
  let refused = 0
  for (let call = 0; call < 40; call++) {
    failAt = Infinity
    const { store: faulty } = await opened(t, { dir, fs })
    made = 0
    failAt = call
    await faulty.update('keys', 'a', () => ({ n: call + 1 })).catch((err: { code?: string }) => {
      assert.ok(['STORE_FULL', 'STORE_UNAVAILABLE'].includes(err.code ?? ''), String(err))
      refused++
    })
    failAt = Infinity
    await faulty.update('keys', 'none', (present) => present) // Removes a claim that could not be removed.
    const { store: fresh } = await opened(t, { dir })
    assert.deepEqual(faulty.get('keys', 'a'), fresh.get('keys', 'a'))
    assert.ok([call, call + 1].includes(Number(fresh.get('keys', 'a')?.['n'])))
    if (fresh.get('keys', 'a')?.['n'] !== call + 1) await fresh.update('keys', 'a', () => ({ n: call + 1 }))
    await Promise.all([faulty.close(), fresh.close()])
  }
  assert.ok(refused > 5, `${refused}`)
})

test('one document more than a collection may have is refused', () => {
  const known = createKnownDocuments(() => {})
  const document = { mark: '', content: {}, isReadable: true }
  for (let n = 1; n < DOCUMENTS_MAX; n++) known.accept('keys', `k${n}`, document)
  known.assertRoom('keys')
  known.accept('keys', 'last', document)
  assert.throws(() => known.assertRoom('keys'), { code: 'STORE_FULL' })
  known.assertRoom('sessions')
})
