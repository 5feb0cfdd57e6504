import assert from 'node:assert/strict'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { CommandError } from '../../../commands/command-error.ts'
import type { Dataset } from '../../../bench/accuracy/dataset.ts'
import { findPairs, parsePairs } from '../../../bench/accuracy/lfw-pairs.ts'
import { temporaryFolder } from '../../helper.ts'

const photos =
  ['Ann_0001', 'Ann_0002', 'Bob_0001', 'Bob_0012'].map((name) => ({ person: name.slice(0, 3), name, path: name }))
const dataset: Dataset = { folder: 'set', people: [], photos }
const GOOD = ['2\t1', 'Ann\t1\t2', 'Ann\t1\tBob\t1', 'Bob\t12\t1', 'Bob\t12\tAnn\t2']
const parse = (lines: readonly string[], end = '\n'): unknown => parsePairs(lines.join(end) + end, 'pairs.txt', dataset)

test('folds of genuine and then impostor pairs become indices of photos, with either kind of line end', () => {
  const folds = [{ genuine: [[0, 1]], impostor: [[0, 2]] }, { genuine: [[3, 2]], impostor: [[3, 1]] }]
  assert.deepEqual(parse(GOOD), folds)
  assert.deepEqual(parse(GOOD, '\r\n'), folds)
})

test('what is wrong with a file is told in one line with the number of the line in the file', () => {
  const wrong: ReadonlyArray<[lines: string[], message: RegExp]> = [
    [[''], /^pairs\.txt line 1: expected the number of folds and of pairs, found ""$/],
    [['10 300'], /^pairs\.txt line 1: expected the number of folds/],
    [['2\t0', ...GOOD.slice(1)], /^pairs\.txt line 1: expected the number of folds/],
    [['1\t2', ...GOOD.slice(1)], /^pairs\.txt line 1: one fold alone/],
    [GOOD.slice(0, -1), /^pairs\.txt: line 1 promises 4 pairs, it has 3$/],
    [[...GOOD, 'Ann\t1\t2'], /^pairs\.txt: line 1 promises 4 pairs, it has 5$/],
    [GOOD.with(1, 'Ann\t1\tBob\t1'), /^pairs\.txt line 2: expected NAME, number, number, found "Ann 1 Bob 1"$/],
    [GOOD.with(2, 'Ann\t1\t2'), /^pairs\.txt line 3: expected NAME, number, NAME, number, found "Ann 1 2"$/],
    [GOOD.with(1, 'Ann\t1\t0'), /^pairs\.txt line 2: expected NAME, number, number/],
    [GOOD.with(1, 'Ann\t1\t-2'), /^pairs\.txt line 2: expected NAME, number, number/],
    [GOOD.with(1, '\t1\t2'), /^pairs\.txt line 2: expected NAME, number, number/],
    [GOOD.with(4, 'Bob\t12\tAnn\tx'), /^pairs\.txt line 5: expected NAME, number, NAME, number/],
    [GOOD.with(4, 'Bob\t12\tBob\t1'), /^pairs\.txt line 5: expected two people, found Bob twice$/],
    [GOOD.with(3, 'Bob\t12\t3'), /^pairs\.txt line 4: Bob\/Bob_0003 is not in set$/],
    [GOOD.with(3, 'Cem\t1\t2'), /^pairs\.txt line 4: Cem\/Cem_0001 is not in set$/]
  ]
  for (const [lines, message] of wrong) {
    assert.throws(() => parse(lines), (err) => err instanceof CommandError && message.test(err.message), `${message}`)
  }
})

test('pairs are taken from the named file, else from the dataset, else from beside it', async (t) => {
  const beside = await temporaryFolder(t)
  const folder = join(beside, 'people')
  await mkdir(folder)
  const here = { ...dataset, folder }
  assert.equal(await findPairs(undefined, here), null)
  await writeFile(join(beside, 'pairs.txt'), GOOD.join('\n'))
  assert.equal((await findPairs(undefined, here))?.file, join(beside, 'pairs.txt'))
  await writeFile(join(folder, 'pairs.txt'), GOOD.join('\n'))
  const found = await findPairs(undefined, here)
  assert.equal(found?.file, join(folder, 'pairs.txt'))
  assert.equal(found?.folds?.length, 2)
  await rename(join(folder, 'pairs.txt'), join(folder, 'other.txt'))
  assert.equal((await findPairs(join(folder, 'other.txt'), here))?.folds?.length, 2)
})

test('a named file that is missing or does not fit is an error; one that only lies there ' +
  'is left out with a notice', async (t) => {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'pairs.txt')
  await assert.rejects(findPairs(file, { ...dataset, folder }), {
    name: 'CommandError', message: `${file}: cannot be read (ENOENT)`
  })
  await writeFile(file, GOOD.with(1, 'Cem\t1\t2').join('\n'))
  const message = `${file} line 2: Cem/Cem_0001 is not in ${folder}`
  await assert.rejects(findPairs(file, { ...dataset, folder }), { name: 'CommandError', message })
  assert.deepEqual(await findPairs(undefined, { ...dataset, folder }), { file, notice: message })
})
