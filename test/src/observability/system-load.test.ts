import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { createSystemLoad } from '../../../src/observability/system-load.ts'
import { temporaryFolder } from '../../helper.ts'

/** As `df` has it: of what is there for users. */
function usedPercent (dir: string): number {
  const [used = NaN, available = NaN] = execFileSync('df', ['--output=used,avail', dir], { encoding: 'utf8' })
    .trim().split('\n').at(-1)!.trim().split(/\s+/).map(Number)
  return used / (used + available) * 100
}

test('the disk is the one that holds the folder, also before the folder is made', async (t) => {
  const dir = await temporaryFolder(t)
  for (const path of [dir, join(dir, 'not', 'there'), '/dev/shm']) {
    const { diskPercent } = await createSystemLoad(path)()
    const expected = usedPercent(path.startsWith(dir) ? dir : path)
    assert.ok(diskPercent !== null && Math.abs(diskPercent - expected) < 1,
      `${path}: ${diskPercent} is not ${expected}`)
  }
})

test('a disk that the system does not tell of is not called empty', async () => {
  assert.equal((await createSystemLoad('/dev/null/faces')()).diskPercent, null)
})
