import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, startApp } from '../../helper.ts'
import { portraits } from '../../photos.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='
const headers = { authorization: `Bearer ${ADMIN_KEY}` }

interface Export {
  record: { user_id: unknown, consent_id: unknown, further: unknown, encodings: Array<Record<string, unknown>> }
  last_seen: string | null
  attendance: Array<{ user_id: unknown }>
  audit: Array<Record<string, unknown>>
}

test('an export has everything kept about a user and nothing of anybody else, is for administrators alone, ' +
  'and is audited', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const register = async (id: string, payload: Buffer): Promise<void> => {
    const url = `/register-face?user_id=${id}&consent_id=form-2026-17`
    const answer = await app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'image/jpeg' } })
    assert.equal(answer.statusCode, 200)
  }
  await register('7', await portraits.anna())
  await register('bella', await portraits.bella())
  const metadata = { department: 'forge' }
  const stored = await app.encodingStore.update('7', (record) => record && {
    ...record, displayName: 'Anna', metadata, groups: ['day'], further: { colour: 'green' }
  })
  const payload = await portraits.annaAgain()
  for (const photo of [payload, await portraits.bella()]) {
    const asJpeg = { ...headers, 'content-type': 'image/jpeg' }
    await app.inject({ method: 'POST', url: '/recognize?record=true', payload: photo, headers: asJpeg })
  }

  const url = '/users/7/export'
  const exported = await app.inject({ url, headers })
  assert.equal(exported.statusCode, 200)
  assert.equal(exported.headers['cache-control'], 'no-store')
  const { record, last_seen: lastSeen, attendance, audit } = exported.json<Export>()
  const { encodings: [encoding, ...others], ...profile } = record
  assert.deepEqual(profile, {
    user_id: 7,
    updated_at: stored!.updatedAt,
    consent_id: 'form-2026-17',
    display_name: 'Anna',
    metadata,
    groups: ['day'],
    colour: 'green'
  })
  assert.deepEqual(others, [])
  assert.deepEqual(encoding?.['vector'], [...stored!.encodings[0]!.vector])
  assert.equal(encoding?.['registered_at'], stored!.updatedAt)
  assert.deepEqual(attendance.map(({ user_id: id }) => id), [7])
  assert.match(lastSeen ?? '', /^\d{4}-\d\d-\d\d$/)
  assert.deepEqual(audit.map(({ type, action }) => action ?? type).filter((what) => what !== 'outcome'), [
    'enrol', 'export-user'
  ])

  // The second one tells of the first.
  const again = await eventually(async () => {
    const lines = (await app.inject({ url, headers })).json<Export>().audit
    return lines.some(({ type }, i) => type === 'outcome' && i > 2) && lines
  })
  assert.ok(again.some(({ action, actor }) => (
    action === 'export-user' && (actor as Record<string, unknown>)['id'] === 'admin-key'
  )))
  assert.equal((await app.inject(url)).statusCode, 401)
  assert.equal((await app.inject({ url: '/users/9/export', headers })).statusCode, 404)
})

test('a consent id is stored, stays with a later registration without one, and is limited', async (t) => {
  const app = await startApp(t)
  const photo = await portraits.anna()
  const consent = async (): Promise<string | undefined> => (await app.encodingStore.get('7'))?.consentId
  const send = async (body: object): Promise<number> => {
    const payload = { user_id: 7, photo: photo.toString('base64'), ...body }
    return (await app.inject({ method: 'POST', url: '/register-face', payload })).statusCode
  }
  assert.equal(await send({ consent_id: 'paper 1' }), 200)
  assert.equal(await consent(), 'paper 1')
  assert.equal(await send({}), 200)
  assert.equal(await consent(), 'paper 1')
  assert.equal(await send({ consent_id: 'x'.repeat(200), replace: true }), 200)
  assert.equal(await consent(), 'x'.repeat(200))
  for (const wrong of ['x'.repeat(201), '', 7]) assert.equal(await send({ consent_id: wrong }), 400)
})
