import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** Linux has a file system in memory here. */
const MEMORY = '/dev/shm'

/** A folder of its own, removed after the test. */
export async function temporaryFolder (t: TestContext, parent = tmpdir()): Promise<string> {
  const dir = await mkdtemp(join(parent, 'face-server-'))
  // A store that is still open may be making a claim there: hooks run in the order in which they were added.
  t.after(() => rm(dir, { recursive: true, force: true, maxRetries: 10 }))
  return dir
}

/**
 * As {@link temporaryFolder}, where the system has it in memory: for what does not depend on the disk, which is slow to
 * sync.
 */
export const memoryFolder = (t: TestContext): Promise<string> =>
  temporaryFolder(t, existsSync(MEMORY) ? MEMORY : tmpdir())
