import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSetCookie } from 'cookie'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { eventually, startApp, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'
import { askOverTls, tlsFiles } from '../support/certificates.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='
const HOST = 'face.lan:5000'
/** What a browser sends from a page of the server, over HTTP. */
const OWN_PAGE = { host: HOST, origin: `http://${HOST}` }

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })
const codeOf = (answer: LightMyRequestResponse): string => answer.json<{ code?: string }>().code ?? 'ok'

/** The cookie that a browser keeps of an answer, as it sends it again. */
function cookieOf (answer: LightMyRequestResponse): string {
  const { name, value } = parseSetCookie(String(answer.headers['set-cookie']))
  return `${name}=${value}`
}

async function newKey (app: FastifyInstance, wishes: object): Promise<{ key: string, id: string }> {
  return (await app.inject({ method: 'POST', url: '/keys', payload: wishes, headers: bearer(ADMIN_KEY) })).json()
}

/** Opens a session with the key as a page of the server does, and gives its cookie. */
async function openSession (app: FastifyInstance, key = ADMIN_KEY): Promise<string> {
  const answer = await app.inject({ method: 'POST', url: '/session', headers: { ...OWN_PAGE, ...bearer(key) } })
  assert.equal(answer.statusCode, 200, answer.body)
  return cookieOf(answer)
}

test('a key is traded for a cookie that pages cannot read and other sites do not send', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const opened = await app.inject({ method: 'POST', url: '/session', headers: { ...OWN_PAGE, ...bearer(ADMIN_KEY) } })
  const { name, value, ...rest } = parseSetCookie(String(opened.headers['set-cookie']))
  assert.equal(name, 'face_session')
  assert.deepEqual(rest, { httpOnly: true, maxAge: 43_200, path: '/', sameSite: 'strict' })
  assert.ok(value && !opened.body.includes(value.slice(13)))

  // As of clients that name a type for all of their requests.
  const typed = { ...OWN_PAGE, ...bearer(ADMIN_KEY), 'content-type': 'application/json' }
  assert.equal((await app.inject({ method: 'POST', url: '/session', headers: typed })).statusCode, 200)

  const cookie = cookieOf(opened)
  const mine = await app.inject({ url: '/session', headers: { cookie } })
  const { role, session } = mine.json<{ role: string, session: { key: string } }>()
  assert.deepEqual([role, session.key], ['admin', 'admin-key'])
  assert.equal((await app.inject({ url: '/keys', headers: { cookie } })).statusCode, 200)
  // Another cookie of the host does not matter, a wrong token is none.
  assert.equal((await app.inject({ url: '/keys', headers: { cookie: `a=b; ${cookie}` } })).statusCode, 200)
  for (const wrong of ['face_session=x', cookie.slice(0, -1), `${cookie}x`, `a${cookie}`]) {
    assert.equal((await app.inject({ url: '/keys', headers: { cookie: wrong } })).statusCode, 401, wrong)
    // What anybody may do is not refused for it.
    assert.equal((await app.inject({ url: '/health/live', headers: { cookie: wrong } })).statusCode, 200)
  }
  // A key that is shown beside it counts, also a wrong one.
  assert.equal((await app.inject({ url: '/keys', headers: { cookie, ...bearer('wrong') } })).statusCode, 401)
})

test('under TLS the cookie is for HTTPS and this host alone', async (t) => {
  const { authority: { certificate: ca }, env } = await tlsFiles(t)
  const app = await startApp(t, { ADMIN_KEY, ...env })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const opened = await askOverTls(`${url}/session`, { ca, method: 'POST', headers: bearer(ADMIN_KEY) })
  const { name, value, secure, sameSite, domain, path } = parseSetCookie(opened.headers['set-cookie']![0]!)
  assert.deepEqual([name, secure, sameSite, domain, path], ['__Host-face_session', true, 'strict', undefined, '/'])
  const statusWith = async (cookie: string): Promise<number> =>
    (await askOverTls(`${url}/session`, { ca, headers: { cookie } })).status
  assert.equal(await statusWith(`${name}=${value}`), 200)
  // One that was set over HTTP, perhaps by somebody in between.
  assert.equal(await statusWith(`face_session=${value}`), 401)
})

test('without a valid key there is no session, and a session is no key for another', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const open = (headers: Record<string, string>) => app.inject({ method: 'POST', url: '/session', headers })
  for (const headers of [{}, bearer('wrong'), { cookie: 'face_session=x' }]) {
    const refused = await open(headers)
    assert.deepEqual([refused.statusCode, refused.headers['set-cookie']], [401, undefined])
  }
  assert.equal(codeOf(await open({ ...OWN_PAGE, cookie: await openSession(app) })), 'UNAUTHORIZED')
  assert.deepEqual(app.sessions.list().length, 1)
})

test('it does what its key may, ends with it within a second everywhere, and with its own end', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const [one, two] = [
    await startApp(t, { ADMIN_KEY, FACE_DATA_DIR }), await startApp(t, { ADMIN_KEY, FACE_DATA_DIR })
  ]
  const { key, id } = await newKey(one, { name: 'otto', role: 'monitor' })
  const cookie = await openSession(one, key)
  await eventually(async () => (await two.inject({ url: '/stats', headers: { cookie } })).statusCode === 200)
  assert.equal(codeOf(await one.inject({ url: '/keys', headers: { cookie } })), 'FORBIDDEN')
  await one.inject({ method: 'DELETE', url: `/keys/${id}`, headers: bearer(ADMIN_KEY) })
  assert.equal((await one.inject({ url: '/stats', headers: { cookie } })).statusCode, 401)
  await eventually(async () => (await two.inject({ url: '/stats', headers: { cookie } })).statusCode === 401)

  const admin = await openSession(one)
  const ended = await one.inject({ method: 'DELETE', url: '/session', headers: { ...OWN_PAGE, cookie: admin } })
  assert.equal(ended.statusCode, 200)
  assert.deepEqual(parseSetCookie(String(ended.headers['set-cookie'])).maxAge, 0)
  assert.equal((await one.inject({ url: '/keys', headers: { cookie: admin } })).statusCode, 401)
  const end = (headers: Record<string, string>): Promise<LightMyRequestResponse> =>
    one.inject({ method: 'DELETE', url: '/session', headers: { ...OWN_PAGE, ...headers } })
  assert.equal((await end({ cookie: admin })).statusCode, 401)
  assert.equal(codeOf(await end(bearer(ADMIN_KEY))), 'SESSION_NOT_FOUND')
})

test('a key that is valid from some addresses opens sessions that are valid from these', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const { key } = await newKey(app, { name: 'desk', role: 'monitor', addresses: ['127.0.0.0/8'] })
  const cookie = await openSession(app, key)
  assert.equal((await app.inject({ url: '/stats', headers: { cookie } })).statusCode, 200)
  assert.equal((await app.inject({ url: '/stats', headers: { cookie }, remoteAddress: '10.0.0.7' })).statusCode, 401)
})

test('administrators list sessions and end them', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const { key } = await newKey(app, { name: 'otto', role: 'kiosk', groups: ['day'] })
  const cookie = await openSession(app, key)
  const list = await app.inject({ url: '/sessions', headers: bearer(ADMIN_KEY) })
  const [session, ...others] = list.json<{ sessions: Array<Record<string, unknown>> }>().sessions
  assert.deepEqual(others, [])
  assert.deepEqual([session!['name'], session!['role'], session!['groups']], ['otto', 'kiosk', ['day']])
  assert.ok(!list.body.includes(cookie.slice(-43)))
  assert.equal(codeOf(await app.inject({ url: '/sessions', headers: { cookie } })), 'FORBIDDEN')

  const end = (id: unknown): Promise<LightMyRequestResponse> =>
    app.inject({ method: 'DELETE', url: `/sessions/${String(id)}`, headers: bearer(ADMIN_KEY) })
  assert.equal(codeOf(await end(session!['id'])), 'ok')
  assert.equal(codeOf(await end(session!['id'])), 'SESSION_NOT_FOUND')
  assert.equal((await app.inject({ url: '/session', headers: { cookie } })).statusCode, 401)
})

test('a change with the cookie must come from a page of the server', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const cookie = await openSession(app)
  const cases: Array<[headers: Record<string, string>, isAllowed: boolean]> = [
    [OWN_PAGE, true],
    [{ host: HOST, origin: `https://${HOST}` }, true], // Behind a proxy that ends TLS.
    [{ host: 'FACE.lan:5000', origin: `http://${HOST}` }, true],
    [{ host: 'face.lan', origin: 'http://face.lan' }, true],
    [{ host: HOST }, false],
    [{ host: HOST, origin: 'null' }, false],
    [{ host: HOST, origin: 'http://evil.example' }, false],
    [{ host: HOST, origin: 'http://face.lan' }, false], // Another program of the host.
    [{ host: HOST, origin: 'http://face.lan:5000.evil.example' }, false],
    [{ host: HOST, origin: 'http://evil.example', referer: `http://${HOST}/` }, false],
    [{ host: HOST, origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' }, false],
    // What browsers say over HTTPS holds whatever a proxy makes of Host.
    [{ host: '127.0.0.1:5000', origin: 'https://face.lan', 'sec-fetch-site': 'same-origin' }, true],
    [{ ...OWN_PAGE, 'sec-fetch-site': 'same-site' }, false],
    [{ ...OWN_PAGE, 'sec-fetch-site': 'cross-site' }, false],
    [{ ...OWN_PAGE, 'sec-fetch-site': 'none' }, false]
  ]
  for (const [headers, isAllowed] of cases) {
    const answer = await app.inject({
      method: 'POST', url: '/keys', payload: { name: 'a', role: 'kiosk' }, headers: { ...headers, cookie }
    })
    assert.equal(codeOf(answer), isAllowed ? 'ok' : 'FORBIDDEN', JSON.stringify(headers))
  }
  // Reading is not changing; a WebSocket, which begins with a GET, may be.
  const foreign = { host: HOST, origin: 'http://evil.example', cookie }
  assert.equal((await app.inject({ url: '/session', headers: foreign })).statusCode, 200)
  const socket = { upgrade: 'websocket', connection: 'upgrade' }
  assert.equal(codeOf(await app.inject({ url: '/session', headers: { ...foreign, ...socket } })), 'FORBIDDEN')
  assert.equal(codeOf(await app.inject({ url: '/session', headers: { ...OWN_PAGE, cookie, ...socket } })), 'ok')
  // Nor is a session opened for a page of somebody else.
  const planted = await app.inject({
    method: 'POST', url: '/session', headers: { host: HOST, origin: 'http://evil.example', ...bearer(ADMIN_KEY) }
  })
  assert.deepEqual([codeOf(planted), planted.headers['set-cookie']], ['FORBIDDEN', undefined])
})

test('no answer lets a page of another origin use the cookie', async (t) => {
  const app = await startApp(t, { ADMIN_KEY, CORS_ORIGINS: 'http://evil.example' })
  const cookie = await openSession(app)
  for (const method of ['GET', 'OPTIONS'] as const) {
    const { headers } = await app.inject({
      method,
      url: '/keys',
      headers: { host: HOST, origin: 'http://evil.example', cookie, 'access-control-request-method': 'GET' }
    })
    assert.equal(headers['access-control-allow-credentials'], undefined)
  }
})

test('a name that somebody else points at the server opens nothing that is closed', async (t) => {
  const app = await startApp(t, { ADMIN_KEY, AUTH: 'required' })
  await openSession(app)
  // To the browser the page is of one origin with the server; the cookie is of the server's own name, and stays there.
  const rebound = { host: 'evil.example:5000', origin: 'http://evil.example:5000', 'sec-fetch-site': 'same-origin' }
  const photo = await portraits.anna()
  const requests: InjectOptions[] = [
    { url: '/stats' }, { url: '/status/1' }, { url: '/keys' }, { url: '/sessions' }, { url: '/session' },
    { method: 'DELETE', url: '/face/1' }, { method: 'POST', url: '/keys', payload: { name: 'a', role: 'admin' } },
    { method: 'POST', url: '/recognize', payload: photo },
    { method: 'POST', url: '/register-face?user_id=1', payload: photo },
    { method: 'POST', url: '/pairings', payload: { name: 'a' } },
    { method: 'POST', url: '/pairings/123456' }
  ]
  for (const request of requests) {
    const type = request.payload instanceof Buffer ? { 'content-type': 'image/jpeg' } : {}
    const answer = await app.inject({ ...request, headers: { ...rebound, ...type } })
    assert.equal(answer.statusCode, 401, String(request.url))
  }
  // A kiosk by any name of the server, with its key, works as before.
  const { key } = await newKey(app, { name: 'gate', role: 'kiosk' })
  const recognized = await app.inject({
    method: 'POST',
    url: '/recognize',
    payload: photo,
    headers: { host: 'any.name:1234', 'content-type': 'image/jpeg', ...bearer(key) }
  })
  assert.equal(recognized.statusCode, 200)
})
