import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { parse } from 'csv-parse/sync'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { multipart } from '../form.ts'
import { ADMIN_KEY, asAdmin, startApp } from '../helper.ts'
import { dataUri, portraits } from '../photos.ts'

const HOUR_MS = 3_600_000

interface Event { event_id: string, user_id: unknown, at: string, direction: string, state: string, source: string }
interface Answer { status: number, body: Record<string, unknown> }

async function call (app: FastifyInstance, options: InjectOptions): Promise<Answer> {
  const response = await app.inject(asAdmin(options))
  return { status: response.statusCode, body: response.json() }
}

const eventOf = ({ body }: Answer): Event => body['event'] as Event

async function list (app: FastifyInstance, query = ''): Promise<Event[]> {
  const { body } = await call(app, { url: `/attendance?${query}` })
  assert.equal(body['success'], true, JSON.stringify(body))
  return body['events'] as Event[]
}

async function openDoor (t: TestContext, env: Record<string, string> = {}): Promise<FastifyInstance> {
  const app = await startApp(t, { ADMIN_KEY, ...env })
  const registered = await call(app, multipart('/register-face', { user_id: '7', photo: await portraits.anna() }))
  assert.equal(registered.status, 200)
  return app
}

test('a recognition is recorded when that is asked for, by a caller with a key', async (t) => {
  const app = await openDoor(t)
  const photo = await portraits.annaAgain()
  const plain = await call(app, multipart('/recognize', { photo }))
  assert.deepEqual(['event' in plain.body, await list(app)], [false, []])
  const open = await app.inject(multipart('/recognize?record=true', { photo }))
  assert.equal(open.statusCode, 401)

  const first = await call(app, multipart('/recognize?record=true', { photo }))
  const { user_id: userId, direction, state, source } = eventOf(first)
  assert.deepEqual([userId, direction, state, source], [7, 'in', 'recorded', 'recognition'])
  assert.equal(first.body['repeated'], false)
  const second = await call(app, multipart('/recognize?record=true', { photo }))
  assert.deepEqual([second.body['repeated'], eventOf(second).event_id], [true, eventOf(first).event_id])
  const out = await call(app, multipart('/recognize?record=true&direction=out', { photo }))
  assert.equal(eventOf(out).direction, 'out')
  const stranger = await call(app, multipart('/recognize?record=true', { photo: await portraits.bella() }))
  assert.deepEqual([stranger.body['user_id'], 'event' in stranger.body], ['unknown', false])
  assert.deepEqual((await list(app)).map((event) => event.direction), ['in', 'out'])
})

test('a kiosk that was offline delivers each event once', async (t) => {
  const app = await openDoor(t)
  const photo = await portraits.annaAgain()
  const at = new Date(Date.now() - 5 * HOUR_MS).toISOString()
  const fields = { event_id: 'kiosk-1_000017', at, direction: 'in' }
  const ways: InjectOptions[] = [
    multipart('/attendance/events', { ...fields, photo }),
    { method: 'POST', url: '/attendance/events', payload: { ...fields, photo: dataUri(photo) } },
    {
      method: 'POST',
      url: `/attendance/events?${String(new URLSearchParams(fields))}`,
      payload: photo,
      headers: { 'content-type': 'image/jpeg' }
    }
  ]
  const answers = []
  for (const way of ways) answers.push(await call(app, way))
  assert.deepEqual(answers.map(({ status, body }) => [status, body['repeated']]), [
    [200, false], [200, true], [200, true]
  ])
  const [event, ...others] = await list(app)
  assert.deepEqual([event?.at, event?.source, others], [at, 'offline', []])

  const late = new Date(Date.now() - 73 * HOUR_MS).toISOString()
  const refused = await call(app, multipart('/attendance/events', { event_id: 'kiosk-1_000018', at: late, photo }))
  assert.deepEqual([refused.status, refused.body['code']], [422, 'EVENT_TIME_REFUSED'])
})

test('a number that the face does not bear out waits for an administrator', async (t) => {
  const app = await openDoor(t)
  const photo = await portraits.bella()
  const send = (fields: Record<string, unknown>): Promise<Answer> =>
    call(app, { method: 'POST', url: '/attendance/events', payload: { event_id: 'kiosk-1_000019', ...fields } })
  assert.deepEqual((await send({ photo: dataUri(photo) })).body, {
    success: false, message: 'Face not recognized', user_id: 'unknown'
  })
  assert.equal((await send({ photo: dataUri(photo), user_id: 8 })).body['code'], 'USER_NOT_FOUND')
  assert.equal((await send({})).status, 400)

  const claimed = eventOf(await send({ photo: dataUri(photo), user_id: 7 }))
  assert.equal(claimed.state, 'to_be_confirmed')
  assert.deepEqual((await call(app, { url: '/attendance/present' })).body['present'], [])
  assert.equal((await list(app, 'state=to_be_confirmed')).length, 1)
  const confirmed = await call(app, {
    method: 'POST', url: `/attendance/events/${claimed.event_id}/decisions`, payload: { decision: 'confirmed' }
  })
  assert.equal(eventOf(confirmed).state, 'confirmed')
  const { body } = await call(app, { url: '/attendance/present' })
  assert.deepEqual((body['present'] as Event[]).map((event) => event.user_id), [7])
})

test('entries, corrections, pages, days and files', async (t) => {
  const app = await openDoor(t, { ATTENDANCE_TIMEZONE: 'Asia/Jakarta', ATTENDANCE_DAY_STARTS: '04:00' })
  async function enter (userId: number | string, at: string, direction: string): Promise<Event> {
    const answer = await call(app, {
      method: 'POST',
      url: '/attendance/entries',
      payload: { user_id: userId, at, direction, reason: '=paper, "list"' }
    })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return eventOf(answer)
  }
  await enter(7, '2026-11-20T01:00:00Z', 'in')
  const wrong = await enter(7, '2026-11-20T19:30:00Z', 'in')
  await enter('ben', '2026-11-20T02:00:00Z', 'in')

  const correction = await call(app, {
    method: 'POST',
    url: `/attendance/events/${wrong.event_id}/corrections`,
    payload: { direction: 'out', reason: 'went home' }
  })
  assert.equal(eventOf(correction).direction, 'out')
  const states = (await list(app, 'user_id=7')).map(({ state }) => state)
  assert.deepEqual(states.sort(), ['recorded', 'recorded', 'replaced'])

  const seen: Event[] = []
  for (let cursor: unknown = ''; cursor !== null;) {
    const { body } = await call(app, { url: `/attendance?limit=1${cursor ? `&cursor=${String(cursor)}` : ''}` })
    seen.push(...body['events'] as Event[])
    cursor = body['next_cursor']
  }
  const all = await list(app)
  assert.deepEqual(seen, all)
  assert.equal((await call(app, { url: '/attendance?cursor=nonsense' })).body['code'], 'INVALID_REQUEST')

  const { body } = await call(app, { url: '/attendance/days?from=2026-11-20&until=2026-11-21' })
  const days = body['days'] as Array<Record<string, unknown>>
  assert.deepEqual(days.map((day) => [day['day'], day['user_id'], day['present_seconds'], day['open_ends']]), [
    ['2026-11-20', 7, 18.5 * 3600, []],
    ['2026-11-20', 'ben', 0, [{ at: '2026-11-20T02:00:00.000Z', direction: 'in' }]]
  ])

  const csv = await app.inject(asAdmin({ url: '/attendance?format=csv' }))
  assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8')
  const rows: Array<Record<string, string>> = parse(csv.body, { columns: true })
  assert.deepEqual(rows.map((row) => row['event_id']), all.map((event) => event.event_id))
  assert.equal(rows[0]?.['reason'], '\'=paper, "list"')
  const lines = (await app.inject(asAdmin({ url: '/attendance?format=ndjson' }))).body.trimEnd().split('\n')
  assert.deepEqual(lines.map((line) => JSON.parse(line) as unknown), all)
})
