import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EarlyExit, type Exit, type ServerProcess } from '../../../src/cluster/server-process.ts'
import { createSlot } from '../../../src/cluster/slot.ts'
import { eventually } from '../../helper.ts'

const EXIT: Exit = { pid: 1, code: null, signal: 'SIGKILL' }

/** A process that does as it is told. */
function createProcess (): ServerProcess & { becomeReady: () => void, die: () => void } {
  let becomeReady = (): void => {}
  let die = (): void => {}
  const exited = new Promise<Exit>((resolve) => { die = () => resolve(EXIT) })
  const ready = new Promise<void>((resolve, reject) => {
    becomeReady = resolve
    exited.then((exit) => reject(new EarlyExit(exit)), reject)
  })
  ready.catch(() => {}) // The slot is told.
  return { ready, exited, becomeReady, die, kill: die, send () {}, async end () { die() } }
}

test('a process that dies is replaced, each time after twice as long, until one is ready; a stop ends it', async () => {
  const processes: Array<ReturnType<typeof createProcess>> = []
  const delays: number[] = []
  const slot = createSlot({
    fork () {
      processes.push(createProcess())
      return processes.at(-1)!
    },
    graceMs: 1000,
    onCrash: (_exit, delayMs) => delays.push(delayMs)
  })
  const started = slot.start()
  await eventually(() => processes.length === 1)
  processes[0]!.becomeReady()
  await started

  // The second one does not even become ready.
  for (const next of [1, 2]) {
    processes[next - 1]!.die()
    await eventually(() => processes.length === next + 1)
  }
  processes[2]!.becomeReady()
  assert.deepEqual(delays, [250, 500])

  await processes[2]!.ready
  await slot.stop()
  await processes[2]!.exited
  assert.equal(processes.length, 3)
  assert.deepEqual(delays, [250, 500])
})
