import assert from 'node:assert/strict'
import { statSync, type Stats } from 'node:fs'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { createFolderPoll } from '../../src/store/folder/follow/poll.ts'
import { eventually } from './helper.ts'

test('a folder that was removed and made again is another one, even if it got the same inode number', async (t) => {
  const stats = statSync(tmpdir())
  let birthtimeMs = 1
  const replaced: string[] = []
  const listed: string[] = []
  const poll = createFolderPoll({
    root: '/root',
    folders: ['00', '01'],
    statFolder: (path): Stats => (
      Object.assign(Object.create(stats) as Stats, { ino: 7, birthtimeMs: path.endsWith('01') ? birthtimeMs : 1 })
    ),
    list: async (folder) => { listed.push(folder) },
    isDue: () => false,
    onReplaced: (folder) => { replaced.push(folder) }
  })
  t.after(() => poll.close())
  await poll.snapshot()
  poll.begin(5)
  await eventually(() => listed.length > 4)
  assert.deepEqual(replaced, [])
  birthtimeMs = 2
  await eventually(() => replaced.length > 0)
  const lists = listed.length
  await eventually(() => listed.length > lists + 4)
  assert.deepEqual(replaced, ['01'])
})
