import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaceError } from '../../../src/errors.ts'
import {
  createUploadBudget, TICK_MS, type CutReason, type Upload, type UploadBudget
} from '../../../plugins/uploads/upload-budget.ts'
import { seeded } from '../../support/seeded.ts'

const KIB = 1024
const MIB = 1024 * KIB

function openBudget (bytesMax: number): {
  budget: UploadBudget
  reasons: CutReason[]
  pass: (ms: number) => void
} {
  const reasons: CutReason[] = []
  const budget = createUploadBudget({ bytesMax, requestTimeoutMs: 30_000, onCutOff: (reason) => reasons.push(reason) })
  const pass = (ms: number): void => { for (let i = 0; i < ms / TICK_MS; i++) budget.tick() }
  return { budget, reasons, pass }
}

function arrive (upload: Upload, bytes: number): void {
  upload.received(bytes)
  upload.hold(bytes)
}

function fourUploads (budget: UploadBudget): [Upload, Upload, Upload, Upload] {
  return [budget.open(0), budget.open(0), budget.open(0), budget.open(0)]
}

const codeOf = ({ signal }: Upload): string | undefined =>
  signal.aborted ? (signal.reason as FaceError).code : undefined

test('what is only announced takes nothing, and a complete body holds ' +
  'what is left of it until it is given back', () => {
  const { budget } = openBudget(MIB)
  for (let i = 0; i < 500; i++) budget.open(64 * KIB)
  assert.equal(budget.bytes(), 0)
  const upload = budget.open(64 * KIB)
  arrive(upload, MIB)
  assert.equal(budget.bytes(), MIB)
  upload.complete(700)
  assert.equal(budget.bytes(), 700)
  upload.release()
  upload.release()
  assert.equal(budget.bytes(), 0)
  assert.throws(() => upload.hold(1), { code: 'CLIENT_GONE' })
})

test('while all uploads keep their pace, who asks for more than there is ' +
  'is told OVERLOADED, and so are newcomers', () => {
  const { budget, pass } = openBudget(MIB)
  const first = budget.open(0)
  const second = budget.open(0)
  for (let i = 0; i < 8; i++) {
    for (const upload of [first, second]) arrive(upload, 64 * KIB)
    pass(TICK_MS)
  }
  assert.throws(() => budget.open(64 * KIB), { code: 'OVERLOADED' })
  assert.throws(() => first.hold(1), { code: 'OVERLOADED' })
  assert.equal(codeOf(second), undefined)
  first.release()
  budget.open(64 * KIB)
  second.hold(512 * KIB)
})

test('when memory is short the upload with the least progress ' +
  'over two seconds makes room, and no more than needed', () => {
  const { budget, reasons, pass } = openBudget(MIB)
  const [steady, slow, slowest, complete] = fourUploads(budget)
  for (const upload of [steady, slow, slowest, complete]) arrive(upload, 256 * KIB)
  complete.complete(256 * KIB)
  steady.received(1)
  for (let i = 0; i < 4; i++) {
    pass(TICK_MS)
    steady.received(64 * KIB)
    slow.received(10)
    slowest.received(1)
  }
  arrive(budget.open(64 * KIB), 64 * KIB)
  assert.deepEqual([steady, slow, slowest, complete].map(codeOf), [undefined, undefined, 'REQUEST_TIMEOUT', undefined])
  assert.equal(budget.bytes(), (3 * 256 + 64) * KIB)
  assert.deepEqual(reasons, ['slow'])
  assert.throws(() => slowest.hold(1), { code: 'REQUEST_TIMEOUT' })
})

test('an upload that was fast and becomes slow makes room, one that has always been as slow does not', () => {
  const { budget, pass } = openBudget(10 * MIB)
  const hurried = budget.open(0)
  arrive(hurried, 9 * MIB)
  const even = budget.open(0)
  for (let i = 0; i < 4; i++) {
    pass(TICK_MS)
    // 40 KiB a second.
    for (const upload of [hurried, even]) arrive(upload, 20 * KIB)
  }
  arrive(budget.open(0), MIB)
  assert.deepEqual([hurried, even].map(codeOf), ['REQUEST_TIMEOUT', undefined])
})

test('what stalls for five seconds is cut off, with or without bytes, however much memory there is', () => {
  const { budget, reasons, pass } = openBudget(MIB)
  const [announced, stalled, dripping, complete] = fourUploads(budget)
  arrive(stalled, 1000)
  complete.complete(500)
  for (let i = 0; i < 5; i++) {
    dripping.received(1)
    pass(1_000)
  }
  assert.deepEqual([announced, stalled].map(codeOf), [undefined, undefined])
  pass(TICK_MS)
  const codes = [announced, stalled, dripping, complete].map(codeOf)
  assert.deepEqual(codes, ['REQUEST_TIMEOUT', 'REQUEST_TIMEOUT', undefined, undefined])
  assert.deepEqual(reasons, ['stalled', 'stalled'])
  assert.equal(budget.bytes(), 500)
})

test('whatever happens, the budget is never exceeded, never negative, and all of it comes back', (t) => {
  const random = seeded(t)
  for (let round = 0; round < 50; round++) {
    const bytesMax = 1 + random.below(4 * MIB)
    const { budget, pass } = openBudget(bytesMax)
    const open = new Map<Upload, number>()
    const complete = new WeakSet<Upload>()
    const total = (): number => [...open.values()].reduce((sum, bytes) => sum + bytes, 0)
    const forgetCutOff = (): void => {
      for (const upload of open.keys()) if (upload.signal.aborted) open.delete(upload)
    }

    for (let step = 0; step < 500; step++) {
      const upload = random.of([...open.keys()])
      const action = random.below(7)
      try {
        if (!upload || action === 0) open.set(budget.open(random.below(64 * KIB + 1)), 0)
        else if (action === 1) pass(TICK_MS)
        else if (action === 2) {
          const left = random.below(open.get(upload)! + 1)
          upload.complete(left)
          if (!complete.has(upload)) open.set(upload, left)
          complete.add(upload)
        } else if (action === 3) {
          upload.release()
          open.delete(upload)
          assert.throws(() => upload.hold(1), { code: 'CLIENT_GONE' })
        } else {
          const bytes = random.below(256 * KIB + 1)
          upload.received(random.below(bytes + 1))
          upload.hold(bytes)
          open.set(upload, open.get(upload)! + bytes)
        }
      } catch (err) {
        const isCutOff = err instanceof FaceError && ['OVERLOADED', 'REQUEST_TIMEOUT'].includes(err.code)
        assert.ok(isCutOff, `${String(err)}`)
      }
      forgetCutOff()
      assert.ok(budget.bytes() >= 0 && budget.bytes() <= bytesMax, `${budget.bytes()} of ${bytesMax}`)
      assert.equal(budget.bytes(), total())
    }
    for (const upload of open.keys()) upload.release()
    assert.equal(budget.bytes(), 0)
  }
})
