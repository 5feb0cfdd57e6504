import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { answerClientError } from '../../src/client-error.ts'
import { ERRORS, type ErrorCode } from '../../src/errors.ts'

/**
 * Sends text to a server that waits 100 ms for a request, and gives all that comes back until it closes the connection.
 */
async function answerTo (t: TestContext, request: string): Promise<string> {
  const server = createServer(
    { requestTimeout: 100, connectionsCheckingInterval: 20 },
    (request, response) => request.resume().on('end', () => response.end())
  )
  server.on('clientError', answerClientError)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(request)
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}

function assertAnswer (answer: string, code: ErrorCode): void {
  const [head, body] = answer.split('\r\n\r\n') as [string, string]
  const [status, message] = ERRORS[code]
  assert.match(head, new RegExp(`^HTTP/1.1 ${status} \\w`))
  assert.match(head, /Connection: close/)
  assert.match(head, new RegExp(`Content-Length: ${Buffer.byteLength(body)}`))
  assert.deepEqual(JSON.parse(body), { success: false, message, code })
}

test('what is no HTTP is answered 400 in the shape of every error', async (t) => {
  assertAnswer(await answerTo(t, 'hello\r\n\r\n'), 'INVALID_REQUEST')
})

test('a request that does not arrive in time is answered 408', async (t) => {
  assertAnswer(await answerTo(t, 'POST / HTTP/1.1\r\nHost: door\r\nContent-Length: 100\r\n\r\npart'), 'REQUEST_TIMEOUT')
})
