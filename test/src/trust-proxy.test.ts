import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { parseTrustProxy } from '../../src/trust-proxy.ts'

/** Whom a server that is told of these addresses takes for the client, and by which protocol. */
const CASES: Array<[trust: string, from: string, told: string, ip: string, protocol: string]> = [
  ['false', '10.0.0.1', '1.1.1.1', '10.0.0.1', 'http'],
  ['0', '10.0.0.1', '1.1.1.1', '10.0.0.1', 'http'],
  ['true', '10.0.0.1', '1.1.1.1, 2.2.2.2', '1.1.1.1', 'https'],
  ['1', '10.0.0.1', '1.1.1.1, 2.2.2.2', '2.2.2.2', 'https'],
  ['2', '10.0.0.1', '1.1.1.1, 2.2.2.2', '1.1.1.1', 'https'],
  ['3', '10.0.0.1', '1.1.1.1, 2.2.2.2', '1.1.1.1', 'https'],
  ['10.0.0.0/24', '10.0.0.1', '1.1.1.1, 2.2.2.2', '2.2.2.2', 'https'],
  ['10.0.0.0/24', '10.0.1.1', '1.1.1.1, 2.2.2.2', '10.0.1.1', 'http'],
  ['10.0.0.0/24,2.2.2.2', '10.0.0.1', '1.1.1.1, 2.2.2.2', '1.1.1.1', 'https'],
  ['loopback, fd00::/8', 'fd00::7', '1.1.1.1', '1.1.1.1', 'https'],
  ['loopback', '10.0.0.1', '1.1.1.1', '10.0.0.1', 'http']
]

test('proxies are believed as far as TRUST_PROXY says', async () => {
  for (const [trust, remoteAddress, told, ...expected] of CASES) {
    const app = Fastify({ trustProxy: parseTrustProxy(trust)! })
    app.get('/', async ({ ip, protocol }) => [ip, protocol])
    const headers = { 'x-forwarded-for': told, 'x-forwarded-proto': 'https' }
    assert.deepEqual((await app.inject({ url: '/', remoteAddress, headers })).json(), expected, `TRUST_PROXY=${trust}`)
  }
})
