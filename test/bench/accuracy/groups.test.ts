import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { drawPeople } from '../../../bench/accuracy/bootstrap.ts'
import { measureGroups, readGroups } from '../../../bench/accuracy/groups.ts'
import { temporaryFolder } from '../../helper.ts'

const PEOPLE = ['anna', 'bella', 'clara, the second', 'dora'].map((name, photo) => ({ name, photos: [photo] }))

test('groups are read from lines, and people who are left out may be named', async (t) => {
  const file = join(await temporaryFolder(t), 'groups.csv')
  await writeFile(file, '# by age\nanna, young\r\n\nbella\tyoung\nclara, the second, old\nanna, tall\nghost, old\n')
  const groups = await readGroups(file, PEOPLE, new Set(['ghost']))
  assert.deepEqual([...groups].map(([group, people]) => [group, [...people]]), [
    ['young', [0, 1]], ['old', [2]], ['tall', [0]]
  ])
  for (const [text, message] of [
    ['anna, young\nbella', 'line 2: expected NAME, GROUP, found "bella"'],
    ['ghost, old', 'line 1: nobody is called "ghost"']
  ] as const) {
    await writeFile(file, text)
    await assert.rejects(readGroups(file, PEOPLE, new Set()), { name: 'CommandError', message: `${file} ${message}` })
  }
  const none = `${file}.none`
  await assert.rejects(readGroups(none, PEOPLE, new Set()), { message: `${none}: cannot be read (ENOENT)` })
})

test('a group has its own people\'s outcomes, and its own pairs', () => {
  const encodings = [0, 0.5, 0.75, 5].map((at) => Float32Array.of(at))
  const outcomes = [
    { person: 0, isEnrolled: true, named: 0 }, { person: 1, isEnrolled: true, named: null },
    { person: 3, isEnrolled: true, named: 3 }, { person: 2, isEnrolled: false, named: 0 }
  ]
  const groups = new Map([['near', new Set([0, 1, 2])], ['far', new Set([3])]])
  const [near, far] = measureGroups(
    groups, { people: PEOPLE, encodings, scaled: (raw) => raw }, outcomes, drawPeople(4, 1)
  )
  assert.deepEqual([near!.people, near!.right.rate, near!.notNamed.rate, near!.strangersNamed.rate], [3, 0.5, 0.5, 1])
  // Of its three pairs, 0.5, 0.75 and 0.25 apart, two are within 0.6 and all within 0.8.
  assert.deepEqual(near!.falseAccepts.map(({ distance, promised, rate }) => [distance, promised, rate.rate]), [
    [0.6, 1e-4, 2 / 3], [0.8, 1e-2, 1]
  ])
  assert.deepEqual([far!.right.rate, far!.strangersNamed.rate, far!.falseAccepts[0]!.rate.rate], [1, NaN, NaN])
})
