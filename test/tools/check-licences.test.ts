import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { temporaryFolder } from '../helper.ts'

async function check (t: TestContext, components: object[]): Promise<{ status: number | null, stderr: string }> {
  const file = join(await temporaryFolder(t), 'sbom.json')
  await writeFile(file, JSON.stringify({ components }))
  return spawnSync(process.execPath, ['--import', 'tsx', 'tools/check-licences.ts', file], { encoding: 'utf8' })
}

test('a package under a licence that is not listed, or under none, is named and refused', async (t) => {
  const { status, stderr } = await check(t, [
    { name: 'free', version: '1.0.0', licenses: [{ license: { id: 'MIT' } }] },
    { name: 'viral', version: '1.2.3', licenses: [{ license: { id: 'AGPL-3.0-only' } }] },
    { name: 'both', version: '1.0.0', licenses: [{ expression: '(MIT AND GPL-2.0-only)' }] },
    { name: 'other', version: '1.0.0', licenses: [{ license: { id: 'LGPL-3.0-or-later' } }] },
    { name: 'bare', version: '0.0.1' }
  ])
  assert.equal(status, 1)
  const named = stderr.split('\n').filter((line) => line.includes('is not among')).map((line) => line.split(':')[0])
  assert.deepEqual(named, ['viral@1.2.3', 'both@1.0.0', 'other@1.0.0', 'bare@0.0.1'])
})

test('a choice of licences is taken if one of them is listed, and libvips as an exception', async (t) => {
  const { status, stderr } = await check(t, [
    { name: 'choice', version: '1.0.0', licenses: [{ expression: '(GPL-3.0-only OR CC0-1.0)' }] },
    { name: '@img/sharp-libvips-linux-x64', version: '1.0.0', licenses: [{ license: { id: 'LGPL-3.0-or-later' } }] }
  ])
  assert.equal(status, 0, stderr)
})
