import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { load, percentile } from '../../bench/load.ts'

test('a percentile is a value that was measured', () => {
  const sorted = Array.from({ length: 100 }, (_, i) => i)
  assert.deepEqual([percentile(sorted, 0), percentile(sorted, 0.5), percentile(sorted, 0.99), percentile(sorted, 1)], [
    0, 50, 99, 99
  ])
  assert.equal(percentile([7], 0.95), 7)
  assert.ok(Number.isNaN(percentile([], 0.5)))
})

test('so many requests are under way as asked for, every answer is counted, and refusals are errors', async (t) => {
  let answered = 0; let refused = 0
  const connections = new Set<number | undefined>()
  const held: Array<() => void> = []
  const server = createServer((request, response) => {
    connections.add(request.socket.remotePort)
    const answer = (): void => {
      const status = ++answered % 5 === 0 ? 503 : 200
      if (status === 503) refused++
      response.writeHead(status).end('ok')
    }
    // The first four wait for each other.
    request.resume().on('end', () => {
      if (answered > 0) answer()
      else if (held.push(answer) === 4) held.forEach((release) => release())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const result =
    await load(url, [{ method: 'POST', path: '/', body: Buffer.alloc(1000) }, { method: 'GET', path: '/' }], 4, 200)
  assert.equal(result.requests, answered)
  assert.equal(result.errors, refused)
  assert.equal(connections.size, 4)
  assert.ok(result.p50 <= result.p95 && result.p95 <= result.p99 && result.perSecond > 0)
})
