import assert from 'node:assert/strict'
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { createFolderLog } from '../../../src/attendance/folder-log.ts'
import { temporaryFolder } from '../../support/folders.ts'
import { all, attendanceContract, openSite, type OpenLog } from './contract.ts'

const openLog: OpenLog = async (t, place) => {
  const dir = place ?? await temporaryFolder(t)
  return { log: createFolderLog({ dir }), place: dir }
}

attendanceContract('folder', openLog)

test('a torn line and a damaged one cost themselves only', async (t) => {
  const one = await openSite(t, openLog, { debounce: 0 })
  await one.attendance.record({ userId: 1, source: 'recognition' })
  await one.attendance.record({ userId: 2, source: 'recognition' })
  const [name] = await readdir(join(one.place, 'attendance'))
  const file = join(one.place, 'attendance', name!)
  await appendFile(file, '0badc0de {"type":"passage","passage":{"id"')
  const two = await openSite(t, openLog, { place: one.place, debounce: 0 })
  await two.attendance.record({ userId: 3, source: 'recognition' })
  const ids = async ({ attendance }: Awaited<ReturnType<typeof openSite>>): Promise<unknown[]> => (
    (await attendance.page(all, 10)).map(({ userId }) => userId).sort()
  )
  assert.deepEqual(await ids(one), [1, 2, 3])
  assert.deepEqual(await ids(two), [1, 2, 3])
  // As an administrator who brings back an edited file.
  await writeFile(file, (await readFile(file, 'utf8')).replace('"userId":2', '"userId":4'))
  assert.deepEqual(await ids(await openSite(t, openLog, { place: one.place })), [1, 3])
})
