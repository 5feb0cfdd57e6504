import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { compileKernel, KERNELS } from '../../../tools/build-kernels.ts'

test('the compiled kernels are those of the sources beside them', async () => {
  for (const name of KERNELS) {
    assert.equal(await readFile(`workers/kernels/${name}.bytes.ts`, 'utf8'), await compileKernel(name))
  }
})
