import { createPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { storeContract } from './contract.ts'
import { newKeys } from './helper.ts'
import { onCluster } from './postgres-cluster.ts'

await onCluster('PostgreSQL store', (cluster) => {
  storeContract('PostgreSQL store', async () => {
    const url = await cluster.createDatabase()
    return () => createPostgresStore({ url })
  })

  storeContract('encrypted PostgreSQL store', async () => {
    const url = await cluster.createDatabase()
    const keys = newKeys()
    return () => createPostgresStore({ url, keys })
  })
})
