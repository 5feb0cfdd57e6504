import { cp, rename, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryFolder } from './folders.ts'

/** A copy of the built programs whose threads can be poisoned: see `fixtures/poisoned-worker.js`. */
export async function poisonedDist (t: TestContext): Promise<string> {
  const dir = await temporaryFolder(t)
  await cp('dist', join(dir, 'dist'), { recursive: true })
  await cp('package.json', join(dir, 'package.json'))
  await symlink(resolve('node_modules'), join(dir, 'node_modules'))
  const workers = join(dir, 'dist', 'workers')
  await rename(join(workers, 'inference-worker.js'), join(workers, 'real-inference-worker.js'))
  await cp(join(import.meta.dirname, 'fixtures', 'poisoned-worker.js'), join(workers, 'inference-worker.js'))
  return join(dir, 'dist')
}
