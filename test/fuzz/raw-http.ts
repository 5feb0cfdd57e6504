import { createConnection } from 'node:net'

/** What came back on a connection; without a status when the server closed it, or said nothing. */
export interface Answer {
  status?: number
  body: Buffer
  end: 'complete' | 'closed' | 'silent'
}

const HEAD_END = '\r\n\r\n'

/** The first response in these bytes that is more than "100 Continue"; null while it is not complete. */
function parseResponse (received: Buffer): Omit<Answer, 'end'> | null {
  const headEnd = received.indexOf(HEAD_END)
  if (headEnd < 0) return null
  const head = received.toString('latin1', 0, headEnd)
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
  if (!status) throw new Error(`not a response: ${JSON.stringify(head.slice(0, 200))}`)
  const rest = received.subarray(headEnd + HEAD_END.length)
  if (status === 100) return parseResponse(rest)
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? (status === 204 ? 0 : NaN))
  if (Number.isNaN(length)) throw new Error(`a response without a length: ${JSON.stringify(head)}`)
  return rest.length < length ? null : { status, body: rest.subarray(0, length) }
}

/**
 * Sends bytes, part by part, on a connection of their own, and gives the first response. One that has not come
 * `silentMs` after the last byte either way is not waited for any more.
 */
export function exchange (port: number, parts: readonly Buffer[], silentMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
    let received = Buffer.alloc(0)
    const end = (how: Answer['end']): void => {
      clearTimeout(timer)
      socket.destroy()
      try {
        resolve({ body: received, ...parseResponse(received), end: how })
      } catch (err) {
        reject(err)
      }
    }
    let timer = setTimeout(end, silentMs, 'silent')
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      timer.refresh()
      try {
        if (parseResponse(received)) end('complete')
      } catch (err) {
        end('closed')
        reject(err)
      }
    })
    socket.on('drain', () => { timer.refresh() })
    socket.on('error', () => end('closed'))
    socket.on('close', () => end('closed'))
    socket.once('connect', async () => {
      timer = timer.refresh()
      for (const part of parts) {
        if (socket.destroyed) return
        socket.write(part)
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
  })
}
