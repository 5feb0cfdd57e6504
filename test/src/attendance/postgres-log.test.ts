import assert from 'node:assert/strict'
import test from 'node:test'
import { createPostgresLog } from '../../../src/attendance/postgres-log.ts'
import { createDatabase } from '../../../src/store/postgres/database.ts'
import { migrate } from '../../../src/store/postgres/migrate.ts'
import { onCluster } from '../../store/postgres-cluster.ts'
import { eventually } from '../../support/eventually.ts'
import { all, attendanceContract, openSite, type OpenLog } from './contract.ts'

await onCluster('PostgreSQL attendance', (cluster) => {
  const openLog: OpenLog = async (_t, place) => {
    const url = place ?? await cluster.createDatabase()
    const database = createDatabase(url)
    await migrate(database)
    await database.pool.end()
    return { log: createPostgresLog(url), place: url }
  }

  attendanceContract('PostgreSQL', openLog)

  test('while the database is away recording is refused, and goes on when it is back', async (t) => {
    const { attendance } = await openSite(t, openLog, { debounce: 0 })
    await attendance.record({ userId: 1, source: 'recognition' })
    await cluster.crash()
    await assert.rejects(attendance.record({ userId: 2, source: 'recognition' }), { code: 'STORE_UNAVAILABLE' })
    await cluster.start()
    await eventually(() => attendance.record({ userId: 3, source: 'recognition' }).then(() => true, () => false))
    const users = (await attendance.page(all, 10)).map(({ userId }) => userId)
    assert.deepEqual([users.includes(1), users.includes(3)], [true, true])
  })
})
