import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EarlyExit, type Exit, type ServerProcess } from '../../../src/cluster/server-process.ts'
import { createSlot, type Slot } from '../../../src/cluster/slot.ts'
import { eventually } from '../../helper.ts'

const EXIT: Exit = { pid: 1, code: null, signal: 'SIGKILL' }

/** A process that does as it is told. */
function createProcess (drained = Promise.resolve()): ServerProcess & { becomeReady: () => void, die: () => void } {
  let becomeReady = (): void => {}
  let die = (): void => {}
  const exited = new Promise<Exit>((resolve) => { die = () => resolve(EXIT) })
  const ready = new Promise<void>((resolve, reject) => {
    becomeReady = resolve
    exited.then((exit) => reject(new EarlyExit(exit)), reject)
  })
  ready.catch(() => {}) // The slot is told.
  return {
    ready,
    exited,
    becomeReady,
    die,
    kill: die,
    send () {},
    async end (how) {
      if (how === 'retire') await drained
      die()
    }
  }
}

/**
 * A slot with a process that is ready; its processes are listed as they are forked, with the delays before further
 * ones.
 */
async function startSlot (drained?: Promise<void>): Promise<{
  slot: Slot, processes: Array<ReturnType<typeof createProcess>>, delays: number[]
}> {
  const processes: Array<ReturnType<typeof createProcess>> = []
  const delays: number[] = []
  const slot = createSlot({
    fork () {
      processes.push(createProcess(drained))
      return processes.at(-1)!
    },
    graceMs: 1000,
    onCrash: (_exit, delayMs) => delays.push(delayMs)
  })
  const started = slot.start()
  await eventually(() => processes.length === 1)
  processes[0]!.becomeReady()
  await started
  return { slot, processes, delays }
}

test('a process that dies is replaced, each time after twice as long, until one is ready; a stop ends it', async () => {
  const { slot, processes, delays } = await startSlot()
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

test('a process that is degraded goes on until another one is ready, however many fail before', async () => {
  const { slot, processes, delays } = await startSlot()
  let isDegradedGone = false
  processes[0]!.exited.then(() => { isDegradedGone = true }, () => {})

  const replaced = slot.replaceDegraded(processes[0]!)
  for (const next of [1, 2]) {
    await eventually(() => processes.length === next + 1)
    processes[next]!.die()
  }
  await eventually(() => processes.length === 4)
  assert.equal(isDegradedGone, false)
  processes[3]!.becomeReady()
  await replaced
  assert.equal(isDegradedGone, true)
  assert.deepEqual(delays, [250, 500])
  await slot.stop()
  assert.equal(processes.length, 4)
})

test('a process that cannot take over from one that is well leaves it alone, and is not tried again', async () => {
  const { slot, processes } = await startSlot()
  let isGone = false
  processes[0]!.exited.then(() => { isGone = true }, () => {})
  const replaced = slot.replace()
  await eventually(() => processes.length === 2)
  processes[1]!.die()
  await assert.rejects(replaced, EarlyExit)
  assert.equal(isGone, false)
  await slot.stop()
  assert.equal(processes.length, 2)
})

test('a process that dies while the one before it still serves its last clients is restarted at once', async () => {
  let drain = (): void => {}
  const { slot, processes } = await startSlot(new Promise((resolve) => { drain = resolve }))
  let isOldGone = false
  processes[0]!.exited.then(() => { isOldGone = true }, () => {})
  const replaced = slot.replace()
  await eventually(() => processes.length === 2)
  processes[1]!.becomeReady()
  await processes[1]!.ready
  processes[1]!.die()
  await eventually(() => processes.length === 3)
  assert.equal(isOldGone, false)
  processes[2]!.becomeReady()
  drain()
  await replaced
  assert.equal(isOldGone, true)
  await slot.stop()
})

test('a process that says it is degraded when another one has taken its place costs that one nothing', async () => {
  const { slot, processes } = await startSlot()
  const replaced = slot.replace()
  await eventually(() => processes.length === 2)
  // It says so before the other one is ready, and again while it serves its last clients.
  const early = slot.replaceDegraded(processes[0]!)
  processes[1]!.becomeReady()
  await Promise.all([replaced, early, slot.replaceDegraded(processes[0]!)])
  let isGone = false
  processes[1]!.exited.then(() => { isGone = true }, () => {})
  assert.deepEqual([processes.length, isGone], [2, false])
  await slot.stop()
  assert.equal(processes.length, 2)
})
