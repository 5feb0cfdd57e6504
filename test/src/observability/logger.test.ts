import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../helper.ts'

const MIB = 2 ** 20
const LINES = 14

test('the log file is rotated at 10 MB, complete, and for its owner only', async (t) => {
  const file = join(await temporaryFolder(t), 'face_server.log')
  // In a process of its own, for the log goes to stdout as well.
  const program = `
    import { createLogger } from './dist/src/observability/logger.js'
    const logger = createLogger({ LOG_LEVEL: 'info', LOG_FILE: ${JSON.stringify(file)} })
    for (let line = 0; line < ${LINES}; line++) {
      logger.info({ line, text: 'x'.repeat(${MIB}) })
      await new Promise((resolve) => setImmediate(resolve))
    }`
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { maxBuffer: 64 * MIB })
  const dir = join(file, '..')
  const names = (await readdir(dir)).sort()
  assert.deepEqual(names, ['face_server.log', 'face_server.log.1'])
  let line = 0
  for (const name of names.reverse()) {
    const { size, mode } = await stat(join(dir, name))
    assert.ok(size < 12 * MIB, `${name}: ${size}`)
    assert.equal(mode & 0o777, 0o600)
    for (const text of (await readFile(join(dir, name), 'utf8')).trim().split('\n')) {
      assert.equal((JSON.parse(text) as { line: number }).line, line++)
    }
  }
  assert.equal(line, LINES)
})
