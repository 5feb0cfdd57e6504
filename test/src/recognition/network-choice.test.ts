import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idOf, type NetworkName } from '../../../src/networks/catalogue.ts'
import { chooseNetwork, createNetworkChoice, type NetworkChoice } from '../../../src/recognition/network-choice.ts'
import { createFolderDocuments } from '../../../src/store/documents/folder-documents.ts'
import type { DocumentContent, DocumentStore } from '../../../src/store/documents/document-store.ts'
import { temporaryFolder } from '../../support/folders.ts'

const networkOf = (name: NetworkName): { id: string, name: NetworkName } => ({ id: idOf(name, 'float32'), name })
const choiceIn = (documents: DocumentStore, name: NetworkName): NetworkChoice =>
  createNetworkChoice(documents, networkOf(name))

/** A process of another host, which cannot be asked. */
const FOREIGN = `${'0'.repeat(12)}.1.1.${'0'.repeat(16)}`

test('the network may be another one when no server runs, also none of another host for three minutes', async (t) => {
  const documents = createFolderDocuments({ dir: await temporaryFolder(t) })
  t.after(() => documents.close())
  await documents.open()
  const first = choiceIn(documents, 'fr-feature')
  await first.join()
  const other = choiceIn(documents, 'face-api')
  await assert.rejects(other.join(), { name: 'ConfigError', message: /^The network of this store is fr-feature, / })
  await first.leave()
  await other.join()
  assert.deepEqual([other.isOutdated(), first.isOutdated()], [false, true])
  await other.leave()

  const seen = async (at: number): Promise<DocumentContent | null> =>
    await documents.update('settings', 'network', (content) => ({ ...content, servers: { [FOREIGN]: at } }))
  await seen(Date.now() - 100_000)
  await assert.rejects(first.join(), { name: 'ConfigError' })
  await seen(Date.now() - 200_000)
  await first.join()
  assert.deepEqual(Object.keys(documents.get('settings', 'network')!['servers']!).length, 1)
})

test('of servers that start at the same time on a new store, one chooses', async (t) => {
  const dir = await temporaryFolder(t)
  const names = ['fr-feature', 'face-api', 'fr-feature', 'mobilefacenet', 'face-api'] as const
  const joined = await Promise.all(names.map(async (name) => {
    const documents = createFolderDocuments({ dir })
    t.after(() => documents.close())
    await documents.open()
    return await choiceIn(documents, name).join().then(() => name, () => null)
  }))
  const chosen = joined.filter((name) => name !== null)
  assert.ok(chosen.length > 0)
  assert.deepEqual([...new Set(chosen)].length, 1)
  assert.equal(chosen.length, names.filter((name) => name === chosen[0]).length)
})

test('what is chosen by command holds for servers that start, while those that run go on', async (t) => {
  const documents = createFolderDocuments({ dir: await temporaryFolder(t) })
  t.after(() => documents.close())
  await documents.open()
  const before = choiceIn(documents, 'fr-feature')
  await before.join()
  assert.deepEqual(await chooseNetwork(documents, networkOf('mobilefacenet')), { before: 'fr-feature', servers: 1 })
  assert.deepEqual(await chooseNetwork(documents, networkOf('mobilefacenet')), { before: null, servers: 1 })
  await before.stay()
  assert.equal(before.isOutdated(), true)
  await assert.rejects(choiceIn(documents, 'fr-feature').join(), { name: 'ConfigError' })
  const after = choiceIn(documents, 'mobilefacenet')
  await after.join()
  assert.equal(after.isOutdated(), false)
})

test('a document that nobody can have written chooses nothing', async (t) => {
  const documents = createFolderDocuments({ dir: await temporaryFolder(t) })
  t.after(() => documents.close())
  await documents.open()
  for (const content of [{}, { model: 7 }, { model: 'x', servers: { [FOREIGN]: 'now', '': Date.now() } }]) {
    await documents.update('settings', 'network', () => content)
    const choice = choiceIn(documents, 'fr-feature')
    await choice.join()
    await choice.leave()
  }
})
