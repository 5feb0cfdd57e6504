/** A client for Node.js and browsers; in a browser, `photo` is the blob of `canvas.toBlob(…, 'image/jpeg', 0.9)`. */
export class FaceClient {
  #url

  constructor (url = 'http://localhost:5000') {
    this.#url = url
  }

  /** Registers a photo (Blob, Uint8Array) for a user. Throws a {@link FaceServerError} when the server refuses it. */
  register (userId, photo, { replace = false } = {}) {
    const query = new URLSearchParams({ user_id: String(userId), replace: String(replace) })
    return this.#send('POST', `/register-face?${query}`, photo)
  }

  /** `{ success: true, user_id, confidence, … }`, or `{ success: false, user_id: 'unknown', … }` for a stranger. */
  recognize (photo) {
    return this.#send('POST', '/recognize', photo)
  }

  status (userId) {
    return this.#send('GET', `/status/${encodeURIComponent(userId)}`)
  }

  remove (userId) {
    return this.#send('DELETE', `/face/${encodeURIComponent(userId)}`)
  }

  async #send (method, path, photo, triesLeft = 3) {
    const response = await fetch(this.#url + path, {
      method,
      signal: AbortSignal.timeout(20_000),
      ...(photo ? { body: photo, headers: { 'content-type': 'image/jpeg' } } : {})
    })
    const retryAfter = Number(response.headers.get('retry-after'))
    if (retryAfter > 0 && triesLeft > 1) {
      await response.arrayBuffer()
      await new Promise((resolve) => setTimeout(resolve, retryAfter * 1000))
      return this.#send(method, path, photo, triesLeft - 1)
    }
    const reply = await response.json()
    if (!response.ok) throw new FaceServerError(reply)
    return reply
  }
}

/** The server refused the request: `message` is for the person at the kiosk, `code` for the program. */
export class FaceServerError extends Error {
  constructor ({ message, code }) {
    super(message)
    this.code = code
  }
}

if (import.meta.filename && globalThis.process?.argv[1] === import.meta.filename) {
  const { readFile } = await import('node:fs/promises')
  const client = new FaceClient(process.env.FACE_SERVER)
  const [command, ...args] = process.argv.slice(2)
  const commands = {
    register: async (userId, path) => client.register(userId, await readFile(path)),
    recognize: async (path) => client.recognize(await readFile(path)),
    status: (userId) => client.status(userId),
    remove: (userId) => client.remove(userId)
  }
  const usage = 'usage: client.js register USER_ID PHOTO | recognize PHOTO | status USER_ID | remove USER_ID'
  try {
    if (!commands[command]) throw new Error(usage)
    console.log(JSON.stringify(await commands[command](...args)))
  } catch (err) {
    console.error(err.code ? `${err.code}: ${err.message}` : err.message)
    process.exitCode = 1
  }
}
