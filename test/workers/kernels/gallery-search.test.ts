import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { compileKernel } from '../../../workers/kernels/build.ts'

test('the compiled kernel is that of the source beside it', async () => {
  assert.equal(await readFile('workers/kernels/gallery-search.bytes.ts', 'utf8'), await compileKernel())
})
