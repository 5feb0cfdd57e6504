import assert from 'node:assert/strict'
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { test, type TestContext } from 'node:test'
import type { DataKey } from '../../src/store/record/seal.ts'
import {
  ANSWER_BYTES_MAX, type Answer, type Arrival, type OpenRequest, type RequestMemory
} from '../../src/store/requests/request-memory.ts'
import { eventually, newKeys } from './helper.ts'

export interface RequestOptions { keys?: readonly DataKey[], busyMs?: number }

/** Makes memories, not yet open, that all share the same data; `place` is what a configuration calls it. */
export type CreateRequests = (t: TestContext) => Promise<{
  create: (options?: RequestOptions) => RequestMemory
  place: string
  /** All bytes that are stored. */
  stored: () => Promise<Buffer>
}>

/** Ids and fingerprints look like these. */
const digest = (text: string): string => hash('sha256', text, 'hex')
export const requestId = (text: string): string => digest(text).slice(0, 32)
export const FINGERPRINT = digest('')
export const ANSWER: Answer = { status: 200, headers: { etag: '"x"' }, body: '{"user_id":"anna.secret"}' }

const PROCESSES = 4
const REQUESTS = 40

/** The request, which must be new. */
export function opened (arrival: Arrival): OpenRequest {
  assert.equal(arrival.state, 'new')
  return (arrival as Extract<Arrival, { state: 'new' }>).request
}

interface Competitor { child: ChildProcessByStdio<Writable, Readable, null>, done: () => string[] }

/** What every {@link RequestMemory} promises, as tests. */
export function requestsContract (name: string, createRequests: CreateRequests): void {
  const behaviour = (
    title: string, run: (t: TestContext, parts: Awaited<ReturnType<CreateRequests>>) => Promise<void>
  ): void => {
    test(`${name}: ${title}`, async (t) => run(t, await createRequests(t)))
  }

  async function memory (t: TestContext, requests: RequestMemory): Promise<RequestMemory> {
    t.after(() => requests.close())
    await requests.open()
    return requests
  }

  /** A process that begins requests as soon as it gets a line. */
  async function ready (t: TestContext, place: string, count: string): Promise<Competitor> {
    const program = join(import.meta.dirname, 'fixtures', 'begin-requests.ts')
    const child = spawn(process.execPath, ['--import', 'tsx', program, place, count], {
      stdio: ['pipe', 'pipe', 'inherit']
    })
    t.after(() => child.kill('SIGKILL'))
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text })
    await eventually(() => output === 'ready\n')
    return { child, done: () => output.split('\n').slice(1, -1) }
  }

  behaviour('a request is begun once, and its answer given from then on, also by others', async (t, { create }) => {
    const requests = await memory(t, create())
    const request = opened(await requests.begin(requestId('a'), FINGERPRINT))
    assert.equal(request.isRepeat, false)
    assert.deepEqual(await requests.begin(requestId('a'), FINGERPRINT), { state: 'in-progress' })
    assert.deepEqual(await requests.begin(requestId('a'), digest('b')), { state: 'other' })
    await request.answered(ANSWER)
    for (const one of [requests, await memory(t, create())]) {
      assert.deepEqual(await one.begin(requestId('a'), FINGERPRINT), { state: 'answered', answer: ANSWER })
      assert.deepEqual(await one.begin(requestId('a'), digest('b')), { state: 'other' })
    }
    await opened(await requests.begin(requestId('b'), FINGERPRINT)).forget()
  })

  behaviour('of the same request at the same time one is begun', async (t, { create }) => {
    const requests = await memory(t, create())
    const arrivals = await Promise.all(Array.from({ length: 8 }, () => requests.begin(requestId('a'), FINGERPRINT)))
    assert.deepEqual(arrivals.map(({ state }) => state).sort(), [...Array<string>(7).fill('in-progress'), 'new'])
  })

  behaviour('a forgotten request is new, one that was left is a repeat', async (t, { create }) => {
    const requests = await memory(t, create())
    const begin = async (): Promise<OpenRequest> => opened(await requests.begin(requestId('a'), FINGERPRINT))
    await (await begin()).forget()
    const second = await begin()
    assert.equal(second.isRepeat, false)
    await second.leave()
    const third = await begin()
    assert.equal(third.isRepeat, true)
    await third.leave()
    const fourth = await begin()
    assert.equal(fourth.isRepeat, true)
    await fourth.forget()
    const last = await begin()
    assert.equal(last.isRepeat, false)
    await last.answered(ANSWER)
    assert.equal((await requests.begin(requestId('a'), FINGERPRINT)).state, 'answered')
  })

  behaviour('of an answer that is too large only the request is remembered', async (t, { create }) => {
    const requests = await memory(t, create())
    const begin = (id: string): Promise<Arrival> => requests.begin(requestId(id), FINGERPRINT)
    const body = 'x'.repeat(ANSWER_BYTES_MAX)
    await opened(await begin('a')).answered({ ...ANSWER, body })
    assert.deepEqual(await begin('a'), { state: 'answered', answer: { ...ANSWER, body } })
    await opened(await begin('b')).answered({ ...ANSWER, body: body + 'x' })
    assert.equal(opened(await begin('b')).isRepeat, true)
  })

  behaviour('with a key nothing of a request can be read, and without it, it is a repeat', async (t, parts) => {
    const { create, stored } = parts
    const keys = newKeys(2)
    const sealed = await memory(t, create({ keys }))
    await opened(await sealed.begin(requestId('a'), FINGERPRINT)).answered(ANSWER)
    assert.ok((await stored()).length > 100)
    for (const text of ['anna.secret', FINGERPRINT]) assert.equal((await stored()).includes(text), false)
    const rotated = await memory(t, create({ keys: keys.toReversed() }))
    assert.equal((await rotated.begin(requestId('a'), FINGERPRINT)).state, 'answered')
    const withoutKey = await memory(t, create({ busyMs: 0 }))
    assert.equal(opened(await withoutKey.begin(requestId('a'), FINGERPRINT)).isRepeat, true)
    await opened(await withoutKey.begin(requestId('b'), FINGERPRINT)).answered(ANSWER)
    assert.equal((await stored()).includes('anna.secret'), true)
  })

  behaviour(`${PROCESSES} processes do each of ${REQUESTS} requests once`, async (t, { place }) => {
    const all = await Promise.all(Array.from({ length: PROCESSES }, () => ready(t, place, String(REQUESTS))))
    for (const { child } of all) child.stdin.write('\n')
    await Promise.all(all.map(({ child }) => once(child, 'close')))
    assert.deepEqual(all.map(({ child }) => child.exitCode), Array(PROCESSES).fill(0))
    const done = all.flatMap((one) => one.done())
    assert.deepEqual(done.sort(), Array.from({ length: REQUESTS }, (_, i) => String(i)).sort())
    t.diagnostic(`they did ${all.map((one) => one.done().length).join(', ')}`)
  })

  behaviour('a request is in work while its process lives, and a repeat when it was killed', async (t, parts) => {
    const { place, create } = parts
    const requests = await memory(t, create())
    const { child, done } = await ready(t, place, 'hold')
    child.stdin.write('\n')
    await eventually(() => done().length === 1)
    const begin = (): Promise<Arrival> => requests.begin(requestId('request 0'), FINGERPRINT)
    assert.deepEqual(await begin(), { state: 'in-progress' })
    child.kill('SIGKILL')
    await once(child, 'close')
    const request = opened(await begin())
    assert.equal(request.isRepeat, true)
    await request.answered(ANSWER)
    assert.deepEqual(await begin(), { state: 'answered', answer: ANSWER })
  })
}
