import { request, type Agent } from 'node:http'

/** A request of a kiosk. */
export interface Call {
  method?: 'GET' | 'POST' | 'DELETE'
  path: string
  type?: string
  body?: Buffer
  /** The kiosk closes the connection after so many milliseconds. */
  leavesAfterMs?: number
}

/** What came of it. */
export interface Answer {
  /** 0 when there was none. */
  status: number
  /** The error's code, `ok`, or what happened to the connection. */
  outcome: string
  ms: number
}

/** Sends a request; resolves whatever comes of it. */
export function send (
  agent: Agent, url: string, { method = 'POST', path, type = 'image/jpeg', body, leavesAfterMs }: Call
): Promise<Answer> {
  return new Promise((resolve) => {
    const sentAt = performance.now()
    const settle = (status: number, outcome: string): void =>
      resolve({ status, outcome, ms: performance.now() - sentAt })
    const headers = body ? { 'content-type': type, 'content-length': body.length } : {}
    const sent = request(url + path, { agent, method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk })
      response.on('end', () => settle(response.statusCode ?? 0, /"code":"(\w+)"/.exec(text)?.[1] ?? 'ok'))
      response.on('error', () => settle(0, 'broken answer'))
    })
    sent.on('error', (err: NodeJS.ErrnoException) => settle(0, err.code ?? err.message))
    if (leavesAfterMs !== undefined) {
      setTimeout(() => {
        settle(0, 'left')
        sent.destroy()
      }, leavesAfterMs)
    }
    sent.end(body)
  })
}
