import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { processEnvironment } from '../../src/cluster/process-environment.ts'
import { eventually, temporaryFolder } from '../helper.ts'
import { listened, logOf, startServer } from './server-process.ts'

/** More than libuv has threads by itself. */
const INFERENCE_THREADS = 6
const TOO_SMALL = /^UV_THREADPOOL_SIZE is too small/

const sizeFor = (environment: Record<string, string>): string | undefined =>
  processEnvironment(environment, { INFERENCE_THREADS })['UV_THREADPOOL_SIZE']

test('libuv has four threads more than photos are decoded, or as many as the operator wants if those are more', () => {
  const environments = [{}, { UV_THREADPOOL_SIZE: '8' }, { UV_THREADPOOL_SIZE: '64' }, { UV_THREADPOOL_SIZE: 'many' }]
  assert.deepEqual(environments.map(sizeFor), ['10', '10', '64', '10'])
})

/** A process that registers somebody while every decoder is blocked; its lines, and what releases the decoders. */
async function registration (
  t: TestContext, size: string
): Promise<{ lines: string[], release: () => void, exited: Promise<unknown[]> }> {
  const dir = await temporaryFolder(t)
  const pipes = Array.from({ length: INFERENCE_THREADS }, (_, i) => join(dir, `pipe-${i}`))
  execFileSync('mkfifo', pipes)
  const program = join(import.meta.dirname, 'fixtures', 'blocked-decoders.ts')
  const args = ['--import', 'tsx', program, join(dir, 'data'), ...pipes]
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, UV_THREADPOOL_SIZE: size }
  })
  t.after(() => child.kill('SIGKILL'))
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  return { lines, release: () => { child.stdin.write('now\n') }, exited: once(child, 'close') }
}

test('a registration completes while every decoder is blocked, ' +
  'and does not with the pool that Node would start', async (t) => {
  const starved = await registration(t, '4')
  await eventually(() => starved.lines.includes('blocked'))
  const served = await registration(t, sizeFor({})!)
  await eventually(() => served.lines.includes('registered'))
  assert.deepEqual(served.lines, ['blocked', 'registered'])
  assert.deepEqual(starved.lines, ['blocked'])
  for (const { release, exited } of [starved, served]) {
    release()
    assert.deepEqual(await exited, [0, null])
  }
  assert.deepEqual(starved.lines, ['blocked', 'released', 'registered'])
})

test('npm start sizes the pool of its servers, and a server alone says that nobody did', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const clustered = await startServer(t, { FACE_DATA_DIR }, { program: 'cluster' })
  const alone = await startServer(t, { FACE_DATA_DIR })
  const [pid] = listened(clustered)
  if (process.platform === 'linux') {
    assert.match(await readFile(`/proc/${pid}/environ`, 'latin1'), /\0UV_THREADPOOL_SIZE=5\0/)
  }
  const warnings = (server: typeof alone): number => logOf(server).filter(({ msg }) => TOO_SMALL.test(msg)).length
  assert.deepEqual([warnings(clustered), warnings(alone)], [0, 1])
})
