import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  createPairings, PAIRING_MS, PAIRINGS_MAX, TRIES_MAX, type Pairings
} from '../../../src/access/pairings.ts'
import { createFolderDocuments } from '../../../src/store/documents/folder-documents.ts'
import { eventually, temporaryFolder } from '../../helper.ts'

const REFUSED = { code: 'UNAUTHORIZED' }

/** Pairings in a folder, with a clock that the test sets. */
async function openPairings (t: TestContext, folder?: string): Promise<{
  pairings: Pairings, dir: string, clock: { ms: number }
}> {
  const dir = folder ?? await temporaryFolder(t)
  const documents = createFolderDocuments({ dir })
  const clock = { ms: Date.parse('2026-11-26T12:00:00.000Z') }
  t.after(() => documents.close())
  await documents.open()
  return { pairings: createPairings(documents, () => clock.ms), dir, clock }
}

/** Codes that are none of these. */
const wrongCodes = (count: number, ...codes: string[]): string[] =>
  Array.from({ length: count + codes.length }, (_, i) => String(i).padStart(6, '0'))
    .filter((code) => !codes.includes(code)).slice(0, count)

test('a code of six digits gives what was wished for, once, and is not stored', async (t) => {
  const { pairings, dir } = await openPairings(t)
  const wishes = { name: 'gate', groups: ['day'] }
  const { code } = await pairings.open(wishes)
  assert.match(code, /^\d{6}$/)
  const folder = join(dir, 'documents', 'pairings')
  for (const name of await readdir(folder)) assert.ok(!(await readFile(join(folder, name), 'utf8')).includes(code))
  assert.deepEqual(await pairings.complete(code), wishes)
  await assert.rejects(pairings.complete(code), REFUSED)
})

test('it is valid for five minutes, to the millisecond', async (t) => {
  const { pairings, clock } = await openPairings(t)
  const [{ code: first }, { code: second, expiresAt }] = [
    await pairings.open({ name: 'a' }), await pairings.open({ name: 'b' })
  ]
  assert.equal(Date.parse(expiresAt), clock.ms + PAIRING_MS)
  clock.ms += PAIRING_MS - 1
  assert.deepEqual(await pairings.complete(first), { name: 'a' })
  clock.ms++
  await assert.rejects(pairings.complete(second), REFUSED)
})

test('five wrong codes end every pairing that is open, four do not', async (t) => {
  const { pairings } = await openPairings(t)
  const open = async (): Promise<string> => (await pairings.open({ name: 'a' })).code
  const patient = await open()
  for (const code of wrongCodes(TRIES_MAX - 1, patient)) await assert.rejects(pairings.complete(code), REFUSED)
  const later = await open()
  assert.deepEqual(await pairings.complete(patient), { name: 'a' })
  const ended = await open()
  for (const code of wrongCodes(TRIES_MAX, later, ended)) await assert.rejects(pairings.complete(code), REFUSED)
  for (const code of [later, ended]) await assert.rejects(pairings.complete(code), REFUSED)
})

test('of two processes that are sent the same code at once, one takes it; wrong ones count in both', async (t) => {
  const { pairings: one, dir } = await openPairings(t)
  const { pairings: two } = await openPairings(t, dir)
  const { code } = await one.open({ name: 'a' })
  // Until the other one knows that there is a pairing.
  await eventually(() => two.complete(wrongCodes(1, code)[0]!).then(() => true, async () => (
    (await readFile(join(dir, 'documents', 'pairings', 'open.face'), 'utf8')).includes('"triesLeft":4')
  )))
  const outcomes = await Promise.allSettled([one.complete(code), two.complete(code)])
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])

  const next = await one.open({ name: 'b' })
  const [mine, theirs] = [wrongCodes(TRIES_MAX - 1, next.code), wrongCodes(1, next.code)]
  for (const wrong of mine) await assert.rejects(one.complete(wrong), REFUSED)
  await eventually(async () => {
    await assert.rejects(two.complete(theirs[0]!), REFUSED)
    return !(await readdir(join(dir, 'documents', 'pairings'))).includes('open.face')
  })
  await assert.rejects(one.complete(next.code), REFUSED)
})

test('only so many are open at once', async (t) => {
  const { pairings, clock } = await openPairings(t)
  const codes = new Set<string>()
  for (let i = 0; i < PAIRINGS_MAX; i++) codes.add((await pairings.open({ name: `gate ${i}` })).code)
  assert.equal(codes.size, PAIRINGS_MAX)
  await assert.rejects(pairings.open({ name: 'one more' }), { code: 'RATE_LIMITED' })
  clock.ms += PAIRING_MS
  await pairings.open({ name: 'later' })
})
