import { FaceServerError } from './error.ts'
import { OPERATIONS, type Operations } from './operations.ts'
import { send, type HttpResponse, type Progress } from './transport.ts'

export type OperationId = keyof Operations
export type Reply<Id extends OperationId> = Operations[Id]['reply']

/** A photo as its file's bytes: JPEG, PNG, WebP, AVIF or GIF. */
export type Photo = Blob | ArrayBuffer | Uint8Array<ArrayBuffer>
export type UserId = number | string

type Several = { results: unknown }
type Frame = { faces: unknown }
/** What came of one photo of several. */
type Each<Id extends OperationId> = Extract<Reply<Id>, Several>['results'][number]

export type RecognizeReply = Exclude<Reply<'recognize'>, Several | Frame>
export type RecognizeAllReply = Extract<Reply<'recognize'>, Frame>
export type VerifyReply = Exclude<Reply<'verify'>, Several>
export type DetectReply = Exclude<Reply<'detect'>, Several>
export type CompareReply = Reply<'compare'>

/** How one request is sent. */
export interface SendOptions {
  /** Aborts the request, and the wait between two tries. */
  signal?: AbortSignal
  /** Called while the body leaves; again from the start if the request is sent again. */
  onProgress?: (progress: Progress) => void
  /** What is sent twice with the same key is done once. */
  idempotencyKey?: string
}

/** What an operation of the OpenAPI document takes. */
export type Input<Id extends OperationId> =
  Pick<Operations[Id], 'path' | 'query' | 'headers' | (undefined extends Operations[Id]['body'] ? never : 'body')>

export interface FaceClientOptions {
  /** Of the server, without a slash at its end; '' for a page that comes from it. */
  baseUrl?: string
  /** Sent with every request. A page with a session needs none. */
  key?: string
  /** How often a request is sent again when the server asks for it by `Retry-After`. */
  retries?: number
  /** For one try, until its answer is complete. */
  timeoutMs?: number
}

/** Statuses of what is wrong with a photo. */
const OF_THE_PHOTO: readonly number[] = [413, 415, 422]
const RETRIED: readonly number[] = [429, 503]
/** Kiosks that were turned away together should not come back together. */
const JITTER_MS = 250

/** Resolves after so long; rejects with the signal's reason. */
function pause (ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const leave = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', leave)
      resolve()
    }, ms)
    signal?.addEventListener('abort', leave, { once: true })
  })
}

function parsed (text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** In pages over plain HTTP there is no `randomUUID`. */
const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

const blobOf = (photo: Photo): Blob => photo instanceof Blob ? photo : new Blob([photo])

/** The photos as a form; a Blob, so that its size is known and it can be sent again. */
async function formOf (photos: readonly Photo[]): Promise<Blob> {
  const form = new FormData()
  for (const photo of photos) form.append('photo', blobOf(photo), 'photo')
  const body = new Response(form)
  const type = body.headers.get('content-type') ?? ''
  return new Blob([await body.arrayBuffer()], { type })
}

/**
 * A client of the face recognition server, for browsers and Node.js. All methods reject with {@link FaceServerError}
 * when the server refuses, with a TypeError when it cannot be reached, and with the reason of the signal when that
 * aborts or the time is up.
 */
export class FaceClient {
  readonly #options: Required<Omit<FaceClientOptions, 'key'>> & Pick<FaceClientOptions, 'key'>

  constructor ({ baseUrl = '', key, retries = 3, timeoutMs = 20_000 }: FaceClientOptions = {}) {
    this.#options = { baseUrl, retries, timeoutMs, ...key !== undefined && { key } }
  }

  /** Any operation of the OpenAPI document by its name, with JSON for a body. */
  call<Id extends OperationId> (id: Id, input: Input<Id>, options?: SendOptions): Promise<Reply<Id>> {
    const { body, ...rest } = input as { body?: unknown } & Address
    const json = body === undefined ? undefined : new Blob([JSON.stringify(body)], { type: 'application/json' })
    return this.#request(id, { ...rest, ...json && { body: json } }, options)
  }

  /** Registers the only face of a photo for a user. Sent again with the same key, so never stored twice. */
  registerFace (
    userId: UserId, photo: Photo, { replace = false, ...options }: SendOptions & { replace?: boolean } = {}
  ): Promise<Reply<'registerFace'>> {
    const query = { user_id: String(userId), ...replace && { replace: 'true' } }
    return this.#request('registerFace', { query, body: photo }, { idempotencyKey: randomKey(), ...options })
  }

  /** Names the face before the camera; `success` is false for a stranger. */
  async recognize (
    photo: Photo, { group, topK, ...options }: SendOptions & { group?: string, topK?: number } = {}
  ): Promise<RecognizeReply> {
    return await this.#request('recognize', { query: { group, top_k: topK }, body: photo }, options) as RecognizeReply
  }

  /** Names every face of a photo. Needs a key. */
  async recognizeAll (
    photo: Photo,
    { group, topK, maxFaces, ...options }: SendOptions & { group?: string, topK?: number, maxFaces?: number } = {}
  ): Promise<RecognizeAllReply> {
    const query = { faces: 'all', group, top_k: topK, max_faces: maxFaces }
    return await this.#request('recognize', { query, body: photo }, options) as RecognizeAllReply
  }

  /** Recognises each of up to ten photos; what failed has its error in its place. */
  async recognizeEach (
    photos: readonly Photo[], { group, ...options }: SendOptions & { group?: string } = {}
  ): Promise<Array<Each<'recognize'>>> {
    return this.#each('recognize', photos, { group }, options)
  }

  /** Is this the user? Needs a key. */
  async verify (userId: UserId, photo: Photo, options?: SendOptions): Promise<VerifyReply> {
    return await this.#request('verify', { query: { user_id: String(userId) }, body: photo }, options) as VerifyReply
  }

  /** Do both photos show the same person? Needs a key. */
  async compare (one: Photo, other: Photo, options?: SendOptions): Promise<CompareReply> {
    return await this.#request('compare', { body: await formOf([one, other]) }, options)
  }

  /** Describes all faces of a photo, with advice on their quality. Needs a key. */
  async detect (
    photo: Photo, { maxFaces, ...options }: SendOptions & { maxFaces?: number } = {}
  ): Promise<DetectReply> {
    return await this.#request('detect', { query: { max_faces: maxFaces }, body: photo }, options) as DetectReply
  }

  /** Describes the faces of each of up to ten photos. Needs a key. */
  async detectEach (
    photos: readonly Photo[], { maxFaces, ...options }: SendOptions & { maxFaces?: number } = {}
  ): Promise<Array<Each<'detect'>>> {
    return this.#each('detect', photos, { max_faces: maxFaces }, options)
  }

  /** Whether a user is registered. */
  status (userId: UserId, options?: SendOptions): Promise<Reply<'getStatus'>> {
    return this.call('getStatus', { path: { user_id: String(userId) } }, options)
  }

  /** Erases a user. */
  deleteFace (userId: UserId, options?: SendOptions): Promise<Reply<'deleteFace'>> {
    return this.call('deleteFace', { path: { user_id: String(userId) } }, options)
  }

  async #each<Id extends 'recognize' | 'detect'> (
    id: Id, photos: readonly Photo[], query: Query, options: SendOptions
  ): Promise<Array<Each<Id>>> {
    if (photos.length === 0) return []
    try {
      const reply = await this.#request(id, { query, body: await formOf(photos) }, options)
      return 'results' in reply ? reply.results as Array<Each<Id>> : [reply as Each<Id>]
    } catch (err) {
      // A photo that fails alone has no place of its own.
      if (photos.length > 1 || !(err instanceof FaceServerError) || !OF_THE_PHOTO.includes(err.status)) throw err
      return [err.reply as Each<Id>]
    }
  }

  async #request<Id extends OperationId> (
    id: Id, { path = {}, query = {}, headers = {}, body }: Address & { body?: Photo },
    { signal, onProgress, idempotencyKey }: SendOptions = {}
  ): Promise<Reply<Id>> {
    const { baseUrl, key, retries, timeoutMs } = this.#options
    const [method, pattern] = OPERATIONS[id]
    const address = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''))
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
    const blob = body && blobOf(body)
    for (let triesLeft = retries; ; triesLeft--) {
      const timeout = AbortSignal.timeout(timeoutMs)
      const response = await send({
        method,
        url: `${baseUrl}${address}${search.size > 0 ? `?${String(search)}` : ''}`,
        headers: {
          ...headers,
          // A photo whose type is not known is one all the same.
          ...blob && { 'content-type': blob.type || 'image/jpeg' },
          ...key !== undefined && { authorization: `Bearer ${key}` },
          ...idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }
        },
        body: blob,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        onProgress
      })
      if (response.status < 300) return replyIn(response) as Reply<Id>
      const err = errorOf(response)
      if (triesLeft === 0 || err.retryAfterSeconds === null) throw err
      await pause(err.retryAfterSeconds * 1000 + Math.random() * JITTER_MS, signal)
    }
  }
}

type Query = Record<string, string | number | undefined>

interface Address {
  path?: Record<string, string>
  query?: Query
  headers?: Record<string, string>
}

function replyIn ({ header, text }: HttpResponse): unknown {
  return header('content-type')?.startsWith('application/json') ? JSON.parse(text) : text
}

function errorOf ({ status, header, text }: HttpResponse): FaceServerError {
  const after = header('retry-after')
  const isRetried = RETRIED.includes(status) && after !== null && Number.isFinite(Number(after))
  return new FaceServerError(parsed(text) ?? {}, {
    status, requestId: header('x-request-id'), retryAfterSeconds: isRetried ? Number(after) : null
  })
}
