import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createHeadVerifier, createHeadSigner, type Head, type Signature } from '../../../src/audit/heads.ts'
import { createFolderStorage } from '../../../src/audit/folder-storage.ts'
import { createPostgresStorage } from '../../../src/audit/postgres-storage.ts'
import { verifyAudit } from '../../../src/audit/verify.ts'
import type { AuditStorage } from '../../../src/audit/storage.ts'
import { onCluster } from '../../store/postgres-cluster.ts'
import { seeded } from '../../support/seeded.ts'
import { temporaryFolder } from '../../support/folders.ts'
import { auditKey, linesOf } from './helper.ts'

const LINES = Number(process.env['AUDIT_SOAK_LINES'] ?? 10_000)
const PROCESSES = 4
/** A life ends when the process has acknowledged so many lines at most. */
const LIFE_LINES_MAX = Math.max(2_000, LINES / 50)
const FIXTURE = fileURLToPath(new URL('fixtures/append-until-killed.ts', import.meta.url))

/** Four processes append; each is killed at a random moment, and another one follows. */
async function appendAndKill (t: TestContext, place: string, storage: AuditStorage): Promise<void> {
  const random = seeded(t)
  const key = auditKey()
  const acknowledged: string[] = []
  const heads: Array<Head & Signature> = []
  let lives = 0

  async function live (): Promise<void> {
    const child = spawn(process.execPath, ['--import', 'tsx', FIXTURE, place, String(++lives), key], {
      stdio: ['ignore', 'pipe', 'inherit']
    })
    t.after(() => child.kill('SIGKILL'))
    const lastLine = 1 + random.below(LIFE_LINES_MAX)
    let own = 0
    const reader = createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) heads.push(JSON.parse(line) as Head & Signature)
      else {
        acknowledged.push(line)
        // Not at the line itself, but somewhere in what follows.
        if (++own === lastLine) pause(random() * 10).then(() => child.kill('SIGKILL'))
      }
    })
    await Promise.all([once(child, 'close'), once(reader, 'close')])
  }

  async function keepAlive (): Promise<void> {
    while (acknowledged.length < LINES) await live()
  }
  await Promise.all(Array.from({ length: PROCESSES }, keepAlive))

  const isSignedBy = createHeadVerifier(createHeadSigner(key).publicKey)
  const found = await verifyAudit(storage.lines(), { heads, isSignedBy })
  // What the last process was writing when it was killed is closed off by the next one only.
  const problems = found.problems.filter((problem) => !problem.includes('the log ends in something'))
  assert.deepEqual(problems, [])
  assert.ok(found.signedHeads >= heads.length && heads.length > 0)
  const ids = new Map<unknown, number>()
  for await (const line of storage.lines()) {
    const id = /"type":"outcome","id":"([^"]+)"/.exec(line.toString())?.[1]
    if (id !== undefined) ids.set(id, (ids.get(id) ?? 0) + 1)
  }
  assert.deepEqual(acknowledged.filter((id) => ids.get(id) !== 1), [])
  t.diagnostic(`${acknowledged.length} lines acknowledged in ${lives} lives, ${found.lines} written, ${heads.length} ` +
    `heads, ${found.torn} torn writes`)
}

test(`${LINES} lines by four processes that are killed at random: nothing acknowledged is missing`, async (t) => {
  const dir = await temporaryFolder(t)
  await appendAndKill(t, dir, createFolderStorage({ dir }))
})

await onCluster('the same in PostgreSQL', (cluster) => {
  test('the same in PostgreSQL', async (t) => {
    const url = await cluster.createDatabase()
    const storage = createPostgresStorage(url)
    t.after(() => storage.close())
    await appendAndKill(t, url, storage)
    const lines = await linesOf(storage)
    assert.deepEqual(lines.map(({ seq }) => seq), lines.map((_, i) => i + 1))
  })
})
