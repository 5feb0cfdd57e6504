/** How much of a request's body has left: bytes, and of how many. */
export interface Progress {
  sent: number
  total: number
}

/** One HTTP request; its body can be sent again. */
export interface HttpRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: Blob | undefined
  signal: AbortSignal
  onProgress?: ((progress: Progress) => void) | undefined
}

/** What came back. */
export interface HttpResponse {
  status: number
  header (name: string): string | null
  text: string
}

/** Of browsers' XMLHttpRequest, what is used of it. */
interface Xhr {
  upload: { onprogress: ((event: { loaded: number, total: number }) => void) | null }
  onload: (() => void) | null
  onerror: (() => void) | null
  onabort: (() => void) | null
  readonly status: number
  readonly responseText: string
  open (method: string, url: string): void
  setRequestHeader (name: string, value: string): void
  getResponseHeader (name: string): string | null
  send (body?: Blob | null): void
  abort (): void
}

const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => Xhr }

/** In browsers the only way to see an upload progress: their `fetch` does not tell. */
function sendByXhr (xhr: Xhr, request: HttpRequest): Promise<HttpResponse> {
  const { method, url, headers, body, signal, onProgress } = request
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const abort = (): void => xhr.abort()
    const settle = (then: () => void) => (): void => {
      signal.removeEventListener('abort', abort)
      then()
    }
    signal.addEventListener('abort', abort)
    xhr.upload.onprogress = ({ loaded, total }) => onProgress?.({ sent: loaded, total })
    xhr.onload = settle(() => resolve({
      status: xhr.status, header: (name) => xhr.getResponseHeader(name), text: xhr.responseText
    }))
    xhr.onerror = settle(() => reject(new TypeError('The server cannot be reached')))
    xhr.onabort = settle(() => reject(signal.reason))
    xhr.open(method, url)
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    xhr.send(body ?? null)
  })
}

/** The body as a stream that tells how much of it was taken. */
function counted (body: Blob, onProgress: (progress: Progress) => void): ReadableStream<Uint8Array> {
  let sent = 0
  return body.stream().pipeThrough(new TransformStream({
    transform (chunk: Uint8Array, controller) {
      controller.enqueue(chunk)
      sent += chunk.byteLength
      onProgress({ sent, total: body.size })
    }
  }))
}

async function sendByFetch ({ onProgress, body, url, ...init }: HttpRequest): Promise<HttpResponse> {
  const isStreamed = body !== undefined && onProgress !== undefined
  const response = await fetch(url, {
    ...init, ...body && { body: isStreamed ? counted(body, onProgress) : body }, ...isStreamed && { duplex: 'half' }
  } as RequestInit)
  return { status: response.status, header: (name) => response.headers.get(name), text: await response.text() }
}

/** Sends a request once. Rejects with the signal's reason, or with a TypeError if the server cannot be reached. */
export function send (request: HttpRequest): Promise<HttpResponse> {
  const isWatched = request.onProgress !== undefined && request.body !== undefined
  return XMLHttpRequest && isWatched ? sendByXhr(new XMLHttpRequest(), request) : sendByFetch(request)
}
