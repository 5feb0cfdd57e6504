import { after, test } from 'node:test'
import { startCluster, WITHOUT_POSTGRES, type Cluster } from '../../bench/postgres.ts'

export { queryOnce, type Cluster } from '../../bench/postgres.ts'

/**
 * Runs tests on a cluster of their own, which is removed after the tests of the file, or skips them
 * where PostgreSQL is not installed.
 */
export async function onCluster (title: string, tests: (cluster: Cluster) => void): Promise<void> {
  if (WITHOUT_POSTGRES) {
    test(title, { skip: WITHOUT_POSTGRES })
    return
  }
  const cluster = await startCluster()
  after(cluster.remove)
  tests(cluster)
}
