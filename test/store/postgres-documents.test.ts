import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPostgresDocuments } from '../../src/store/documents/postgres-documents.ts'
import type { StoreEvent } from '../../src/store/store-event.ts'
import { documentsContract } from './documents-contract.ts'
import { eventually } from './helper.ts'
import { onCluster, queryOnce } from './postgres-cluster.ts'

await onCluster('PostgreSQL documents', (cluster) => {
  documentsContract('PostgreSQL documents', async () => {
    const url = await cluster.createDatabase()
    return (options) => createPostgresDocuments({ url, ...options })
  })

  test('while the database is away documents are read from memory and changes refused', async (t) => {
    const url = await cluster.createDatabase()
    const [one, two] = [createPostgresDocuments({ url }), createPostgresDocuments({ url })]
    t.after(() => Promise.all([one.close(), two.close()]))
    await Promise.all([one.open(), two.open()])
    await one.update('keys', 'a', () => ({ n: 1 }))
    await eventually(() => two.get('keys', 'a') !== null)
    await cluster.crash()
    for (const store of [one, two]) {
      await assert.rejects(store.update('keys', 'a', () => ({ n: 2 })), { code: 'STORE_UNAVAILABLE' })
      assert.deepEqual(store.get('keys', 'a'), { n: 1 })
    }
    await cluster.start()
    await eventually(() => two.update('keys', 'a', () => ({ n: 3 })).then(() => true, () => false))
    await eventually(() => one.get('keys', 'a')?.['n'] === 3)
  })

  test('a database that was set back is followed back, also without notifications', async (t) => {
    const url = await cluster.createDatabase()
    const store = createPostgresDocuments({ url })
    t.after(() => store.close())
    await store.open()
    await store.update('keys', 'a', () => ({ n: 1 }))
    await queryOnce(url, 'CREATE TABLE before AS SELECT * FROM face_documents')
    await queryOnce(url, 'CREATE TABLE feed_before AS SELECT * FROM face_documents_feed')
    await store.update('keys', 'a', () => ({ n: 2 }))
    await store.update('keys', 'b', () => ({ n: 2 }))
    await queryOnce(url, `BEGIN; DELETE FROM face_documents; INSERT INTO face_documents SELECT * FROM before;
      UPDATE face_documents_feed SET version = (SELECT version FROM feed_before); COMMIT`)
    await eventually(() => store.list('keys').length === 1)
    assert.deepEqual(store.get('keys', 'a'), { n: 1 })
  })

  test('a damaged row is told of and counted, the others are used, and it can be replaced', async (t) => {
    const url = await cluster.createDatabase()
    const events: StoreEvent[] = []
    const store = createPostgresDocuments({ url, onEvent: (event) => events.push(event) })
    t.after(() => store.close())
    await store.open()
    await store.update('keys', 'a', () => ({ n: 1 }))
    await store.update('keys', 'b', () => ({ n: 1 }))
    await queryOnce(url, "UPDATE face_documents SET document = 'damage', version = 'x' WHERE id = 'a'")
    await queryOnce(url, "UPDATE face_documents_feed SET version = 'x'")
    await eventually(() => store.unreadable('keys') === 1)
    assert.deepEqual(store.list('keys').map(({ id }) => id), ['b'])
    assert.deepEqual(events, [{ type: 'damaged', file: 'face_documents/keys/a', reason: 'no valid header' }])
    await store.update('keys', 'a', (present) => {
      assert.equal(present, null)
      return { n: 2 }
    })
    assert.deepEqual([store.unreadable('keys'), store.get('keys', 'a')], [0, { n: 2 }])
  })
})
