import type { FastifyInstance, LightMyRequestResponse } from 'fastify'

export interface Parameter { name: string, in: 'path' | 'query' | 'header', example?: unknown }
/** An operation of the OpenAPI document, with the parameters that tell where an example is sent to. */
interface Endpoint { method: string, path: string, parameters?: Parameter[] | undefined }

/** Photos as data URIs: two of one person, one of another. */
interface ExamplePhotos { anna: string, annaAgain: string, stranger: string }

type Ids = Record<string, string>
type Send = (method: 'DELETE' | 'GET' | 'POST', url: string, payload?: object) => Promise<LightMyRequestResponse>

/** After every moment that an event may have. */
const LAST_DAY = '9999-12-31'

/** An entry that documented requests correct, confirm and list. */
export const ENTRY = {
  user_id: 123,
  at: '2026-11-26T07:58:00.000Z',
  direction: 'in',
  reason: 'tablet was being charged',
  event_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
  kiosk: 'main gate'
}

const idIn = (response: LightMyRequestResponse): string => response.json<{ id: string }>().id

/** What must be there before a request to such a path; answers the ids that it got. */
const PREPARATIONS: ReadonlyArray<[path: RegExp, prepare: (send: Send, photos: ExamplePhotos) => Promise<Ids>]> = [
  [/^\/users\/\{user_id\}\/encodings/, async (send, { annaAgain }) => {
    await send('POST', '/register-face', { user_id: 123, photo: annaAgain })
    const { encodings } = (await send('GET', '/users/123/encodings')).json<{ encodings: Array<{ id: string }> }>()
    return { id: encodings[0]?.id ?? '' }
  }],
  [/^\/users\/\{user_id\}\/rejections/, async (send, { stranger }) => (
    { id: idIn(await send('POST', '/users/123/rejections', { photo: stranger })) }
  )],
  [/^\/keys/, async (send) => (
    { id: idIn(await send('POST', '/keys', { name: 'main gate', role: 'kiosk', groups: ['day'] })) }
  )],
  [/^\/sessions/, async (send) => (
    { id: (await send('POST', '/session')).json<{ session: { id: string } }>().session.id }
  )],
  [/^\/pairings\/\{code\}/, async (send) => (
    { code: (await send('POST', '/pairings', { name: 'main gate' })).json<{ code: string }>().code }
  )],
  [/^\/attendance(\/days|\/events\/\{event_id\}\/.*)?$/, async (send) => {
    await send('POST', '/attendance/entries', ENTRY)
    return {}
  }],
  [/^\/attendance\/present/, async (send) => {
    await send('POST', '/attendance/entries', { ...ENTRY, at: new Date().toISOString() })
    return {}
  }]
]

/** With the examples of its parameters, or the ids that are there. A body has what could be in the query. */
function addressOf ({ path, parameters = [] }: Endpoint, ids: Ids, payload: object | undefined): string {
  return parameters.reduce((url, { name, in: place, example: value }) => {
    if (place === 'path') return url.replace(`{${name}}`, encodeURIComponent(ids[name] ?? String(value)))
    if (place !== 'query' || value === undefined || payload) return url
    return `${url}${url.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(String(value))}`
  }, path)
}

/**
 * Sends examples to a server that has nothing but what they need: user 123, and what the path is about. Rejects when
 * that cannot be prepared.
 */
export function createExampleSender (app: FastifyInstance, adminKey: string, photos: ExamplePhotos) {
  const headers = { authorization: `Bearer ${adminKey}` }

  async function send (method: string, url: string, payload?: object): Promise<LightMyRequestResponse> {
    return app.inject({ method: method as 'GET', url, headers, ...payload && { payload } })
  }

  const sendOrThrow: Send = async (method, url, payload) => {
    const response = await send(method, url, payload)
    if (response.statusCode !== 200) throw new Error(`${method} ${url}: ${response.body}`)
    return response
  }

  async function clear (): Promise<void> {
    await send('DELETE', '/face/123')
    await app.attendanceLog.forgetBefore(LAST_DAY)
    for (const collection of ['keys', 'pairings', 'sessions'] as const) {
      for (const { id } of app.documents.list(collection)) await app.documents.update(collection, id, () => null)
    }
  }

  return {
    clear,
    async send (endpoint: Endpoint, payload?: object): Promise<LightMyRequestResponse> {
      await clear()
      if (endpoint.path !== '/register-face') {
        await sendOrThrow('POST', '/register-face', { user_id: 123, photo: photos.anna })
      }
      const [, prepare] = PREPARATIONS.find(([path]) => path.test(endpoint.path)) ?? []
      const ids = await prepare?.(sendOrThrow, photos) ?? {}
      return send(endpoint.method, addressOf(endpoint, ids, payload), payload)
    }
  }
}
