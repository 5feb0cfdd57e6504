import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { parse } from 'csv-parse/sync'
import { noFace, portraits } from '../photos.ts'
import { poisonedDist } from '../support/poisoned-dist.ts'
import { adding, eventually, openStore, temporaryFolder } from '../store/helper.ts'
import { runCommand, startCommand } from './helper.ts'

type Row = Record<'photo' | 'user_id' | 'outcome' | 'quality' | 'code' | 'message', string>

const rowsOf = async (path: string): Promise<Row[]> => parse(await readFile(path, 'utf8'), { columns: true })

/** What the command says, without how quick it was, which it must say. */
function withoutRate (stdout: string): string {
  assert.match(stdout, /, \d+\.\d photos\/s; /)
  return stdout.replace(/, [\d.]+ photos\/s/, '')
}

async function photoFolder (t: TestContext, files: Record<string, Buffer | Promise<Buffer>>): Promise<string> {
  const dir = await temporaryFolder(t)
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), await bytes)
  }
  return dir
}

test('photos are registered as /register-face does, every refusal has its reason, and a ' +
  'second call does the rest', async (t) => {
  const dir = await photoFolder(t, {
    'anna/1.jpg': portraits.anna(),
    'anna/2.jpg': portraits.annaAgain(),
    'anna/3, "quoted".jpg': portraits.bella(),
    '7.jpg': portraits.bella(),
    'otto.jpg': portraits.annaAgain(),
    'empty.jpg': noFace(),
    'Notes of today.txt': Buffer.from('no photo'),
    'notes.txt': Buffer.from('no photo'),
    '.hidden.jpg': Buffer.from('no photo')
  })
  const [FACE_DATA_DIR, reports] = [await temporaryFolder(t), await temporaryFolder(t)]
  const report = join(reports, 'report.csv')
  const server = await openStore(t, { dir: FACE_DATA_DIR })
  const enroll = (): ReturnType<typeof runCommand> =>
    runCommand(t, ['enroll', dir, '--report', report], { FACE_DATA_DIR, FACE_QUALITY_THRESHOLD: '0.5' })
  const first = await enroll()
  assert.deepEqual(
    [first.code, withoutRate(first.stdout)],
    [0, `3 photos registered, 5 refused, 0 were registered before; ${report} says why\n`],
    first.stderr
  )
  assert.match(first.stderr, /8\/8 photos/)

  const outcomes = (rows: Row[]): Record<string, string> =>
    Object.fromEntries(rows.map(({ photo, code }) => [photo, code]))
  const rows = await rowsOf(report)
  assert.deepEqual(outcomes(rows), {
    'anna/1.jpg': '',
    'anna/2.jpg': '',
    'anna/3, "quoted".jpg': outcomes(rows)['anna/3, "quoted".jpg'],
    '7.jpg': '',
    'otto.jpg': 'FACE_ALREADY_REGISTERED',
    'empty.jpg': 'NO_FACE',
    'Notes of today.txt': 'INVALID_REQUEST',
    'notes.txt': 'UNSUPPORTED_IMAGE'
  })
  assert.match(outcomes(rows)['anna/3, "quoted".jpg']!, /^(FACE_MISMATCH|FACE_ALREADY_REGISTERED)$/)
  for (const { outcome, quality, message } of rows) {
    if (outcome === 'registered') assert.ok(Number(quality) >= 0.5)
    else assert.ok(outcome === 'refused' && message.length > 10)
  }
  await eventually(() => server.follower.users.size === 2)
  const anna = await server.store.get('anna')
  assert.equal(anna?.encodings.length, 2)
  assert.strictEqual((await server.store.get('7'))?.userId, 7)

  await writeFile(join(dir, 'empty.jpg'), await portraits.clara())
  const second = await enroll()
  assert.equal(
    withoutRate(second.stdout),
    `1 photos registered, 4 refused, 3 were registered before; ${report} says why\n`
  )
  assert.equal(outcomes(await rowsOf(report))['empty.jpg'], '')
  assert.equal((await rowsOf(report)).length, 8)
  assert.deepEqual(await server.store.get('anna'), anna)
})

test('an enrolment that is killed goes on where it was, also after half a line of its report', async (t) => {
  const names = Array.from({ length: 8 }, (_, i) => `anna/${i}.jpg`)
  const dir = await photoFolder(t, Object.fromEntries(names.map((name) => [name, portraits.anna()])))
  const [FACE_DATA_DIR, reports] = [await temporaryFolder(t), await temporaryFolder(t)]
  const report = join(reports, 'report.csv')
  const args = ['enroll', dir, '--report', report]
  const env = { FACE_DATA_DIR, FACE_QUALITY_THRESHOLD: '0.5', MAX_FACES_PER_USER: '100' }
  const first = startCommand(t, args, env)
  await eventually(() => first.stderr().includes('/8 photos'), 60_000)
  if (process.platform === 'linux') {
    // libuv must have had its threads when the process started.
    const atWork = (await readFile(`/proc/${first.pid}/task/${first.pid}/children`, 'utf8')).trim()
    assert.match(await readFile(`/proc/${atWork}/environ`, 'latin1'), /\0UV_THREADPOOL_SIZE=5\0/)
  }
  first.kill()
  await first.ended
  const whole = await readFile(report, 'utf8')
  const before = (await rowsOf(report)).length
  assert.ok(before > 0 && before < 8)
  await writeFile(report, `${whole}anna/7.jpg,anna,regis`)
  const { code, stdout } = await runCommand(t, args, env)
  assert.deepEqual([code, withoutRate(stdout)], [
    0, `${8 - before} photos registered, 0 refused, ${before} were registered before; ${report} says why\n`
  ])
  assert.deepEqual((await rowsOf(report)).map(({ photo }) => photo).sort(), [...names].sort())
  // The one that was under way when it was killed may be there twice.
  const count = (await (await openStore(t, { dir: FACE_DATA_DIR })).store.get('anna'))?.encodings.length ?? 0
  assert.ok(count === 8 || count === 9, `${count}`)
})

test('what cannot be done ends with code 1 and one line', async (t) => {
  const [dir, FACE_DATA_DIR] = [await photoFolder(t, { '7.jpg': noFace() }), await temporaryFolder(t)]
  const { store } = await openStore(t, { dir: FACE_DATA_DIR })
  await store.update('anna', adding('anna', 1))
  const report = join(dir, '.other.csv')
  await writeFile(report, 'something,else\n1,2\n')
  const cases: Array<[args: string[], line: RegExp]> = [
    [['enroll', join(FACE_DATA_DIR, 'quarantine')], /no photos in it; expected USER_ID\/ANY\.jpg or USER_ID\.jpg\n$/],
    [['enroll', join(dir, 'none')], /^ENOENT: .*\n$/],
    [['enroll', dir, '--report', report], /is not a report of enroll: move it away or name another one\n$/]
  ]
  for (const [args, line] of cases) {
    const { code, stdout, stderr } = await runCommand(t, args, { FACE_DATA_DIR })
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, line)
  }
  assert.equal(await readFile(report, 'utf8'), 'something,else\n1,2\n')
})

test('a photo that kills its thread is refused, the others are registered, and a ' +
  'second call comes to its end, too', async (t) => {
  const dist = await poisonedDist(t)
  const dir = await photoFolder(t, {
    'anna.jpg': portraits.anna(), 'bad.jpg': Buffer.from('POISON die'), 'clara.jpg': portraits.clara()
  })
  const [FACE_DATA_DIR, reports] = [await temporaryFolder(t), await temporaryFolder(t)]
  const report = join(reports, 'report.csv')
  for (const [registered, before] of [[2, 0], [0, 2]]) {
    const { code, stdout, stderr } = await runCommand(t, ['enroll', dir, '--report', report], {
      FACE_DATA_DIR, FACE_QUALITY_THRESHOLD: '0.5', INFERENCE_THREADS: '2'
    }, dist)
    const said = `${registered} photos registered, 1 refused, ${before} were registered before; ${report} says why\n`
    assert.deepEqual([code, withoutRate(stdout)], [0, said], stderr)
    assert.match(stderr, /a thread ended and was replaced/)
  }
  const refused = (await rowsOf(report)).filter(({ outcome }) => outcome === 'refused')
  assert.deepEqual(new Set(refused.map(({ photo, code }) => `${photo} ${code}`)), new Set(['bad.jpg INFERENCE_FAILED']))
})
