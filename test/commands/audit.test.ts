import assert from 'node:assert/strict'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createHeadSigner } from '../../src/audit/heads.ts'
import { startApp, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'
import { auditKey, segmentsOf } from '../src/audit/helper.ts'
import { runAuditCommand, runCommand } from './helper.ts'

/** A server registered and deleted, and a command exported; what the operator has of it. */
async function usedFolder (t: TestContext): Promise<{ env: Record<string, string>, dir: string, place: string }> {
  const place = await temporaryFolder(t)
  const dir = join(place, 'faces')
  const env = { FACE_DATA_DIR: dir, AUDIT_KEY: auditKey() }
  const app = await startApp(t, env)
  for (const [id, photo] of [['anna', await portraits.anna()], ['bella', await portraits.bella()]] as const) {
    const headers = { 'content-type': 'image/jpeg' }
    const url = `/register-face?user_id=${id}`
    assert.equal((await app.inject({ method: 'POST', url, payload: photo, headers })).statusCode, 200)
  }
  assert.equal((await app.inject({ method: 'DELETE', url: '/face/bella' })).statusCode, 200)
  await app.close()
  assert.equal((await runCommand(t, ['export', join(place, 'all.ndjson'), '--plain'], env)).code, 0)
  return { env, dir, place }
}

test('verify, list and export read what servers and commands have logged', async (t) => {
  const { env, dir, place } = await usedFolder(t)
  const verified = await runAuditCommand(t, ['verify'], env)
  assert.deepEqual([verified.code, verified.stderr], [0, ''])
  assert.match(verified.stdout, /^\d+ lines, .*\n\d+ signed heads; signed up to line \d+\n0 writes.* 0 intents without/)
  assert.match(verified.stdout, /the chain is whole\n$/)

  const all = await runAuditCommand(t, ['list'], env)
  assert.match(all.stdout, /server started[^]*enrol {2}ok {2}by nobody with a key {2}from 127.0.0.1 {2}person \w{32} /)
  assert.match(all.stdout, /delete-user {2}ok[^]*command {2}ok {2}by \S+ \(command-line\) {2}command="export"\n$/)
  assert.doesNotMatch(all.stdout, /anna|bella/)
  const ofAnna = await runAuditCommand(t, ['list', '--user', 'anna'], env)
  assert.equal(ofAnna.stdout.match(/\n/g)?.length, 1)
  const deleted = await runAuditCommand(t, ['list', '--action', 'delete-user', '--since', '2020-01-01'], env)
  assert.equal(deleted.stdout.match(/\n/g)?.length, 1)
  assert.equal((await runAuditCommand(t, ['list', '--until', '2020-01-01'], env)).stdout, '')
  const gone = await runAuditCommand(t, ['list', '--user', 'bella'], env)
  assert.deepEqual([gone.code, gone.stdout], [1, ''])
  assert.match(gone.stderr, /^bella: not registered/)

  const file = join(place, 'audit.ndjson')
  assert.equal((await runAuditCommand(t, ['export', file], env)).code, 0)
  const segments = await Promise.all((await segmentsOf(dir)).map((path) => readFile(path)))
  assert.deepEqual(await readFile(file), Buffer.concat(segments))
  // Whoever has the public key alone can check the export.
  const { publicKey } = createHeadSigner(env['AUDIT_KEY']!)
  assert.equal((await runAuditCommand(t, ['public-key'], env)).stdout, `${publicKey}\n`)
  const elsewhere = await runAuditCommand(t, ['verify', '--file', file, '--public-key', publicKey], {})
  assert.equal(elsewhere.code, 0)
  assert.match(elsewhere.stdout, /signed up to line [1-9]/)
  const other = createHeadSigner(auditKey()).publicKey
  const both = await runAuditCommand(t, ['verify', '--file', file, '--public-key', `${other},${publicKey}`], {})
  assert.equal(both.code, 0)
  assert.equal((await runAuditCommand(t, ['verify', '--file', file, '--public-key', other], {})).code, 1)
})

test('verify ends with code 1 for an edited log, and for one that a kept head shows to be cut off', async (t) => {
  const { env, dir, place } = await usedFolder(t)
  const [segment = ''] = await segmentsOf(dir)
  const whole = await readFile(segment, 'utf8')
  const lines = whole.trimEnd().split('\n')
  const [last = ''] = lines.slice(-1)
  const { seq, previous, at, key, signature } = JSON.parse(last) as Record<string, unknown>
  const log = join(place, 'server.log')
  // As a server's log has it, among other lines.
  await writeFile(log, 'not JSON\n{"level":30,"msg":"READY"}\n')
  const head = { seq: Number(seq) - 1, hash: previous, at, key, signature }
  await appendFile(log, JSON.stringify({ level: 30, msg: 'audit head', ...head }))
  assert.equal((await runAuditCommand(t, ['verify', '--head', log], env)).code, 0)

  await writeFile(segment, `${lines.slice(0, 3).join('\n')}\n`)
  assert.equal((await runAuditCommand(t, ['verify'], env)).code, 0)
  const cut = await runAuditCommand(t, ['verify', '--head', log], env)
  assert.equal(cut.code, 1)
  assert.match(cut.stdout, /^the log ends at line 3: line \d+, which was there at .*, is cut off\n/)
  await writeFile(segment, whole.replace('"action":"delete-user"', '"action":"export-user"'))
  const edited = await runAuditCommand(t, ['verify'], env)
  assert.equal(edited.code, 1)
  assert.match(edited.stdout, /line \d+ was changed, or line \d+ was\n[^]*problems: the log is not as it was written/)
  const none = await runAuditCommand(t, ['verify', '--head', segment.replace(/\d+\.ndjson/, 'reserve')], env)
  assert.deepEqual([none.code, none.stdout], [1, ''])
})

test('what is not understood ends with code 2', async (t) => {
  const wrong = [['erase'], ['list', '--since', 'now'], ['list', '--action', 'x'], ['verify', '--public-key', 'x']]
  for (const args of wrong) {
    const { code, stderr } = await runAuditCommand(t, args, {})
    assert.equal(code, 2)
    assert.match(stderr, /Usage: npm run audit --/)
  }
  assert.equal((await runAuditCommand(t, ['public-key'], {})).stderr, 'AUDIT_KEY is not set\n')
})
