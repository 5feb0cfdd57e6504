import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createLogFile } from '../../../src/observability/log-file.ts'
import { temporaryFolder } from '../../helper.ts'
import { runOnDisk, WITHOUT_DISK } from '../../support/private-disk.ts'

const MIB = 2 ** 20
const LINES = 14

interface Line { line?: number, msg?: string, missing?: number }

const linesOf = (text: string): Line[] => text.trimEnd().split('\n').map((line) => JSON.parse(line) as Line)

/** Runs a program that has a `logger` to the file, in a process of its own, for the log goes to stdout as well. */
function withLogger (file: string, program: string): string[] {
  return ['--input-type=module', '--eval', `
    import { createLogger } from './dist/src/observability/logger.js'
    const logger = createLogger({ LOG_LEVEL: 'info', LOG_FILE: ${JSON.stringify(file)} })
    ${program}`]
}

const run = (args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, args, { maxBuffer: 64 * MIB })

test('the log file is rotated at 10 MB, complete, and for its owner only', async (t) => {
  const file = join(await temporaryFolder(t), 'logs', 'face_server.log')
  await run(withLogger(file,
    `for (let line = 0; line < ${LINES}; line++) logger.info({ line, text: 'x'.repeat(${MIB}) })`))
  const dir = join(file, '..')
  const names = (await readdir(dir)).sort()
  assert.deepEqual(names, ['face_server.log', 'face_server.log.1'])
  let line = 0
  for (const name of names.reverse()) {
    const { size, mode } = await stat(join(dir, name))
    assert.ok(size <= 10 * MIB, `${name}: ${size}`)
    assert.equal(mode & 0o777, 0o600)
    for (const found of linesOf(await readFile(join(dir, name), 'utf8'))) assert.equal(found.line, line++)
  }
  assert.equal(line, LINES)
})

test('five old log files are kept', async (t) => {
  const path = join(await temporaryFolder(t), 'face_server.log')
  const failed = (): never => assert.fail('an error')
  const file = createLogFile({ path, onFailed: failed, onRecovered: failed })
  for (let line = 0; line < 8; line++) file.write(`${line}${' '.repeat(6 * MIB)}\n`)
  const names = (await readdir(join(path, '..'))).sort()
  assert.deepEqual(names, ['', '.1', '.2', '.3', '.4', '.5'].map((suffix) => `face_server.log${suffix}`))
  const numbers = names.map(async (name) => Number(await readFile(join(path, '..', name), 'utf8')))
  assert.deepEqual(await Promise.all(numbers), [7, 6, 5, 4, 3, 2])
})

test('the log file has every line of a process that ends at once, however it ends', async (t) => {
  for (const end of ['process.exit(0)', 'process.kill(process.pid, "SIGKILL")']) {
    const file = join(await temporaryFolder(t), 'face_server.log')
    await run(withLogger(file, `for (let line = 0; line < 1000; line++) logger.info({ line }); ${end}`)).catch(() => {})
    assert.equal(linesOf(await readFile(file, 'utf8')).length, 1000, end)
  }
})

test('on a full disk stdout has all lines and one warning; when there is room the file goes on, with ' +
  'whole lines', { skip: WITHOUT_DISK }, async (t) => {
  const stdout = await runOnDisk(t, 256 * 1024, ['--input-type=module', '--eval', `
    import { readFileSync, rmSync, writeFileSync } from 'node:fs'
    import { createLogger } from './dist/src/observability/logger.js'
    const { DISK } = process.env
    const file = DISK + '/face_server.log'
    const logger = createLogger({ LOG_LEVEL: 'info', LOG_FILE: file })
    let line = 0
    logger.info({ line: line++ })
    try { writeFileSync(DISK + '/ballast', Buffer.alloc(256 * 1024)) } catch {}
    // More than the block that the file has already.
    for (let i = 0; i < 20; i++) logger.info({ line: line++, text: 'x'.repeat(997) })
    rmSync(DISK + '/ballast')
    while (!readFileSync(file, 'utf8').includes('log file is written again')) {
      logger.info({ line: line++ })
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    logger.info({ line: line++ })
    logger.info({ file: readFileSync(file, 'utf8') })`])
  const lines = linesOf(stdout)
  const { file } = lines.at(-1) as { file: string }
  const numbers = (found: Line[]): number[] => found.flatMap(({ line }) => line ?? [])
  const said = (found: Line[]): string[] => found.flatMap(({ msg }) => msg ?? [])

  const all = numbers(lines)
  assert.deepEqual(all, Array.from(all, (_, index) => index))
  assert.deepEqual(said(lines), ['log file cannot be written', 'log file is written again'])
  const kept = numbers(linesOf(file))
  const missing = linesOf(file).find((line) => line.missing !== undefined)?.missing ?? 0
  assert.deepEqual(said(linesOf(file)), ['log file is written again'])
  assert.ok(missing > 0)
  assert.equal(kept.length + missing, all.length)
  assert.deepEqual([kept[0], kept.at(-1)], [0, all.at(-1)])
})

test('a folder in the place of the log file is one warning, and no reason to stop', async (t) => {
  const file = join(await temporaryFolder(t), 'face_server.log')
  await mkdir(file)
  const { stdout } = await run(withLogger(file, 'for (let line = 0; line < 3; line++) logger.info({ line })'))
  const lines = linesOf(stdout)
  assert.deepEqual(lines.flatMap(({ line }) => line ?? []), [0, 1, 2])
  assert.deepEqual(lines.flatMap(({ msg }) => msg ?? []), ['log file cannot be written'])
})
