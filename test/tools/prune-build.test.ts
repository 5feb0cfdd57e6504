import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder } from '../support/folders.ts'

test('what was compiled of a source that is gone is removed, and nothing else', async (t) => {
  const root = await temporaryFolder(t)
  for (const folder of ['plugins/app', 'dist/plugins/app']) await mkdir(join(root, folder), { recursive: true })
  await writeFile(join(root, 'plugins/app/kept.ts'), '')
  for (const name of ['kept.js', 'kept.js.map', 'gone.js', 'gone.js.map', 'data.json']) {
    await writeFile(join(root, 'dist/plugins/app', name), '')
  }
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../tools/prune-build.js'), root])
  assert.deepEqual((await readdir(join(root, 'dist/plugins/app'))).sort(), ['data.json', 'kept.js', 'kept.js.map'])
})
