import assert from 'node:assert/strict'
import { appendFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { test, type TestContext } from 'node:test'
import { createAuditLog } from '../../../src/audit/audit-log.ts'
import { createFolderStorage } from '../../../src/audit/folder-storage.ts'
import { createHeadSigner, createHeadVerifier } from '../../../src/audit/heads.ts'
import { verifyAudit } from '../../../src/audit/verify.ts'
import { FaceError } from '../../../src/errors.ts'
import { faultyFileSystem } from '../../store/faulty-file-system.ts'
import { memoryFolder, temporaryFolder } from '../../support/folders.ts'
import { seeded } from '../../support/seeded.ts'
import { auditKey, folderLog, linesOf, outcome, segmentsOf } from './helper.ts'

const ids = (lines: Array<Record<string, unknown>>): unknown[] =>
  lines.flatMap(({ type, id }) => type === 'outcome' ? [id] : [])

/** A log of `count` lines in files of a few lines each, closed with a signed head. */
async function filledLog (t: TestContext, count: number) {
  const dir = await memoryFolder(t)
  const { log, ...rest } = folderLog(dir, auditKey(), { segmentBytes: 2_000 })
  for (let number = 0; number < count; number++) await log.append(outcome(String(number)))
  await log.close()
  return { dir, ...rest }
}

test('lines are in order, in one chain over several files, and the last one is a signed head', async (t) => {
  const { dir, storage, heads, isSignedBy } = await filledLog(t, 60)
  const lines = await linesOf(storage)
  assert.deepEqual(ids(lines), Array.from({ length: 60 }, (_, i) => String(i)))
  assert.deepEqual(lines.map(({ seq }) => seq), lines.map((_, i) => i + 1))
  assert.equal(lines.at(-1)?.['type'], 'head')
  assert.ok((await segmentsOf(dir)).length > 3)
  const found = await verifyAudit(storage.lines(), { heads, isSignedBy })
  assert.deepEqual(found.problems, [])
  assert.equal(found.signedUntil, lines.length - 1)
})

test('a log that has appended nothing writes nothing', async (t) => {
  const dir = await memoryFolder(t)
  await folderLog(dir).log.close()
  assert.deepEqual(await readdir(dir), [])
})

test('two logs of one folder share one chain, whichever appends', async (t) => {
  const dir = await memoryFolder(t)
  const key = auditKey()
  const logs = [folderLog(dir, key, { segmentBytes: 4_000 }), folderLog(dir, key, { segmentBytes: 4_000 })] as const
  await Promise.all(Array.from({ length: 100 }, (_, i) => logs[i % 2 as 0 | 1].log.append(outcome(String(i)))))
  for (const { log } of logs) await log.close()
  const { problems } = await verifyAudit(logs[0].storage.lines(), { isSignedBy: logs[0].isSignedBy })
  assert.deepEqual(problems, [])
  assert.equal(new Set(ids(await linesOf(logs[1].storage))).size, 100)
})

test('what waits at the same time is synced once', async (t) => {
  const dir = await memoryFolder(t)
  const { fs, calls } = faultyFileSystem(() => undefined)
  const log = createAuditLog({ storage: createFolderStorage({ dir, fs }), onHead: () => {} })
  await log.append(outcome('first'))
  calls.length = 0
  await Promise.all(Array.from({ length: 100 }, (_, i) => log.append(outcome(String(i)))))
  assert.equal(calls.filter((call) => call === 'file.datasync').length, 1)
  await log.close()
})

test('an edited, a removed, a moved and a foreign line are found, wherever they are', async (t) => {
  const random = seeded(t)
  const { dir, storage, heads, isSignedBy } = await filledLog(t, 60)
  const segments = await segmentsOf(dir)
  const whole = new Map(await Promise.all(segments.map(async (path) => [path, await readFile(path, 'utf8')] as const)))
  const changes: Array<[what: string, change: (lines: string[], at: number) => void]> = [
    ['edited', (lines, at) => { lines[at] = lines[at]!.replace(/"at":"2/, '"at":"1') }],
    ['removed', (lines, at) => { lines.splice(at, 1) }],
    ['moved', (lines, at) => { lines.splice(at + 1, 0, ...lines.splice(at, 1)) }],
    ['repeated', (lines, at) => { lines.splice(at, 0, lines[at]!) }],
    ['foreign', (lines, at) => { lines.splice(at, 0, 'no line of ours') }]
  ]
  for (const [what, change] of changes) {
    for (let round = 0; round < 5; round++) {
      const path = random.of(segments)
      const lines = whole.get(path)!.trimEnd().split('\n')
      change(lines, random.below(lines.length - 1))
      await writeFile(path, `${lines.join('\n')}\n`)
      const { problems } = await verifyAudit(storage.lines(), { heads, isSignedBy })
      assert.ok(problems.length > 0, what)
      await writeFile(path, whole.get(path)!)
    }
  }
  await rm(segments[1]!)
  assert.match((await verifyAudit(storage.lines())).problems.join(), /^lines \d+ to \d+ are missing$/)
})

test('a log that was cut off, or made anew by somebody without the key, is told by a head that was kept', async (t) => {
  const { dir, storage, heads, isSignedBy } = await filledLog(t, 60)
  const segments = await segmentsOf(dir)
  await rm(segments.at(-1)!)
  // What is left is a whole chain.
  assert.deepEqual((await verifyAudit(storage.lines(), { isSignedBy })).problems, [])
  const cut = await verifyAudit(storage.lines(), { heads, isSignedBy })
  assert.match(cut.problems.join(), /^the log ends at line \d+: line \d+, which was there at .*, is cut off$/)

  for (const path of segments.slice(0, -1)) await rm(path)
  const forged = folderLog(dir)
  for (let number = 0; number < 80; number++) await forged.log.append(outcome('forged'))
  await forged.log.close()
  const { problems } = await verifyAudit(storage.lines(), { heads, isSignedBy })
  assert.match(problems.join('\n'), /the signature in line \d+ is not of this key/)
  assert.match(problems.join('\n'), /is not what the head that was kept signs/)
  const kept = [{ ...heads[0]!, hash: '0'.repeat(64) }]
  const unsigned = await verifyAudit(storage.lines(), { heads: kept, isSignedBy })
  assert.match(unsigned.problems.join(), /is not signed by this key/)
})

test('the signature is Ed25519 over line number, hash and time, and of no other key', () => {
  const [one, other] = [createHeadSigner(auditKey()), createHeadSigner(auditKey())]
  const head = { seq: 7, hash: 'a'.repeat(64), at: '2026-01-02T03:04:05.678Z' }
  const signature = one.sign(head)
  assert.ok(createHeadVerifier(one.publicKey)(head, signature))
  assert.ok(!createHeadVerifier(other.publicKey)(head, signature))
  for (const changed of [{ seq: 8 }, { hash: 'b'.repeat(64) }, { at: '2026-01-02T03:04:05.679Z' }]) {
    assert.ok(!createHeadVerifier(one.publicKey)({ ...head, ...changed }, signature))
  }
})

test('a write that a crash has torn anywhere is closed off, and told from an edited line', async (t) => {
  const random = seeded(t)
  const dir = await temporaryFolder(t)
  const key = auditKey()
  let torn = 0
  for (let round = 0; round < 12; round++) {
    const { log } = folderLog(dir, key, { segmentBytes: 1_500 })
    for (let number = 0; number < 3; number++) await log.append(outcome(`${round}.${number}`))
    await log.close()
    const path = (await segmentsOf(dir)).at(-1)!
    if (random() < 0.2) {
      await truncate(path, (await readFile(path)).length - 1)
      continue
    }
    // As if the next write had ended here: a part of a line, zeros of a file that grew before its data arrived, both.
    const part = Buffer.from('{"seq":1,"previous":"00').subarray(0, random.below(23))
    const zeros = random() < 0.5 ? Buffer.alloc(random.below(5_000)) : Buffer.from('')
    const feed = Buffer.from(random() < 0.3 ? '\n' : '')
    const tail = Buffer.concat([part, feed, zeros])
    if (tail.length > 0) torn++
    await appendFile(path, tail)
  }
  const { log, storage, isSignedBy } = folderLog(dir, key)
  await log.append(outcome('last'))
  await log.close()
  const found = await verifyAudit(storage.lines(), { isSignedBy })
  assert.deepEqual(found.problems, [])
  assert.equal(found.torn, torn)

  // The same bytes are no recovery of something else.
  const path = (await segmentsOf(dir)).find(Boolean)!
  const text = await readFile(path, 'latin1')
  await writeFile(path, text.replace('{"seq":2', '{"seq":3'), 'latin1')
  assert.ok((await verifyAudit(storage.lines(), { isSignedBy })).problems.length > 0)
})

test('a first line that a crash has torn, in a new file or in the only one, is closed off', async (t) => {
  const dir = await memoryFolder(t)
  const key = auditKey()
  const first = folderLog(dir, key)
  await first.log.append(outcome('1'))
  const [path = ''] = await segmentsOf(dir)
  await truncate(path, 20)
  const second = folderLog(dir, key, { segmentBytes: 100 })
  await second.log.append(outcome('2'))
  await second.log.append(outcome('3'))
  await truncate((await segmentsOf(dir)).at(-1)!, 0)
  const third = folderLog(dir, key)
  await third.log.append(outcome('4'))
  const { problems, torn } = await verifyAudit(third.storage.lines(), { isSignedBy: third.isSignedBy })
  assert.deepEqual([problems, torn], [[], 1])
})

test('each system call that fails refuses the line, and leaves a chain that goes on', async (t) => {
  const dir = await memoryFolder(t)
  let failing = -1
  let made = 0
  const { fs } = faultyFileSystem(() => made++ === failing ? 'EIO' : undefined)
  const log = createAuditLog({ storage: createFolderStorage({ dir, fs, segmentBytes: 1_000 }), onHead: () => {} })
  const acknowledged: string[] = []
  let refused = 0
  for (failing = 0; failing < 60; failing++) {
    for (let number = 0; number < 2; number++) {
      made = 0
      const id = `${failing}.${number}`
      try {
        await log.append(outcome(id))
        acknowledged.push(id)
      } catch (err) {
        refused++
        assert.ok(err instanceof FaceError && err.code === 'STORE_UNAVAILABLE', String(err))
      }
    }
  }
  failing = -1
  await log.close()
  const storage = createFolderStorage({ dir })
  assert.deepEqual((await verifyAudit(storage.lines())).problems, [])
  const present = new Set(ids(await linesOf(storage)))
  assert.deepEqual(acknowledged.filter((id) => !present.has(id)), [])
  assert.ok(refused > 10)
})
