import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPostgresRequests } from '../../src/store/requests/postgres-requests.ts'
import { onCluster, queryOnce } from './postgres-cluster.ts'
import { ANSWER, FINGERPRINT, opened, requestId, requestsContract } from './requests-contract.ts'

const BUSY_MS = 60_000

await onCluster('PostgreSQL requests', (cluster) => {
  requestsContract('PostgreSQL requests', async () => {
    const url = await cluster.createDatabase()
    return {
      create: ({ keys = [], busyMs = BUSY_MS } = {}) => createPostgresRequests({ url, keys, busyMs }),
      place: url,
      async stored () {
        const rows = await queryOnce(url, 'SELECT content FROM face_requests')
        return Buffer.concat(rows.map(({ content }) => content as Buffer))
      }
    }
  })

  test('requests of more than 24 hours ago are removed', async (t) => {
    const url = await cluster.createDatabase()
    const requests = createPostgresRequests({ url, keys: [], busyMs: BUSY_MS })
    t.after(() => requests.close())
    await requests.open()
    for (const id of ['a', 'b']) {
      await opened(await requests.begin(requestId(id), FINGERPRINT)).answered(ANSWER)
    }
    const set = "UPDATE face_requests SET begun_at = now() - interval '"
    await queryOnce(url, `${set}23 hours'`)
    await queryOnce(url, `${set}25 hours' WHERE id = '${requestId('b')}'`)
    await requests.open()
    assert.equal((await requests.begin(requestId('a'), FINGERPRINT)).state, 'answered')
    assert.equal((await requests.begin(requestId('b'), FINGERPRINT)).state, 'new')
  })

  test('while the database is away requests are refused', async (t) => {
    const url = await cluster.createDatabase()
    const requests = createPostgresRequests({ url, keys: [], busyMs: BUSY_MS })
    t.after(() => requests.close())
    await requests.open()
    await cluster.crash()
    await assert.rejects(requests.begin(requestId('a'), FINGERPRINT), { code: 'STORE_UNAVAILABLE' })
    await cluster.start()
  })
})
