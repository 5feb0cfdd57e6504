import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { readDataset } from '../../../bench/accuracy/dataset.ts'
import { temporaryFolder } from '../../helper.ts'

async function layOut (t: TestContext, files: Record<string, string[]>): Promise<string> {
  const folder = await temporaryFolder(t)
  for (const [person, names] of Object.entries(files)) {
    await mkdir(join(folder, person))
    for (const name of names) await writeFile(join(folder, person, name), '')
  }
  return folder
}

test('people and photos come in order of their names, without what is no photo', async (t) => {
  const folder = await layOut(t, {
    bob: ['b.webp'], Ann: ['2.PNG', '1.jpeg', 'notes.txt', '.hidden.jpg'], empty: [], '.cache': ['1.jpg']
  })
  await writeFile(join(folder, 'pairs.txt'), '')
  await symlink(join(folder, 'bob'), join(folder, 'linked'))
  const dataset = await readDataset(folder)
  assert.deepEqual(dataset.people, [
    { name: 'Ann', photos: [0, 1] }, { name: 'bob', photos: [2] }, { name: 'linked', photos: [3] }
  ])
  assert.deepEqual(dataset.photos.slice(1, 3), [
    { person: 'Ann', name: '2', path: join(folder, 'Ann', '2.PNG') },
    { person: 'bob', name: 'b', path: join(folder, 'bob', 'b.webp') }
  ])
})

test('a folder that cannot be measured is refused in one line that says why', async (t) => {
  const missing = join(await temporaryFolder(t), 'missing')
  await assert.rejects(readDataset(missing), {
    name: 'CommandError', message: `${missing}: cannot be read as a folder (ENOENT)`
  })
  const wrong: ReadonlyArray<[files: Record<string, string[]>, message: RegExp]> = [
    [{}, /: no photos in it; expected one folder per person$/],
    [{ ann: ['notes.txt'] }, /: no photos in it/],
    [{ ann: ['1.jpg', '2.jpg'] }, /: only one person in it/],
    [{ ann: ['1.jpg'], bob: ['1.jpg'] }, /: only one photo of each person in it/]
  ]
  for (const [files, message] of wrong) {
    await assert.rejects(readDataset(await layOut(t, files)), { name: 'CommandError', message })
  }
})
