import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore, record, seen, temporaryFolder } from '../store/helper.ts'
import { runCommand } from './helper.ts'

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString()

test('users are deleted when their last change is older, in running servers too, and no others', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const { store, follower } = await openStore(t, { dir: FACE_DATA_DIR })
  for (const [id, days] of [['old', 90.01], ['young', 89.99], ['now', 0]] as const) {
    await store.update(id, () => ({ ...record(id, 1), updatedAt: daysAgo(days) }))
  }
  // Its encoding is old, but there was a change since.
  await store.update('changed', () => ({ ...record('changed', 1), updatedAt: daysAgo(1) }))
  const { code, stdout } = await runCommand(t, ['purge', '--older-than', '90d'], { FACE_DATA_DIR })
  assert.deepEqual([code, stdout], [0, '1 of 4 users deleted\n'])
  await seen(follower, 'old', [])
  assert.deepEqual([...follower.users.keys()].sort(), ['changed', 'now', 'young'])
})
