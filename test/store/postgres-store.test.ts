import { test } from 'node:test'
import { createPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { storeContract } from './contract.ts'
import { startCluster, WITHOUT_POSTGRES } from './postgres-cluster.ts'

if (WITHOUT_POSTGRES) {
  test('PostgreSQL store', { skip: WITHOUT_POSTGRES })
} else {
  const cluster = await startCluster()
  storeContract('PostgreSQL store', async () => {
    const url = await cluster.createDatabase()
    return () => createPostgresStore({ url })
  })
}
