import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import Fastify from 'fastify'

/** Starts a server that tells what it was sent; its port. */
export async function startEcho (t: TestContext): Promise<number> {
  const app = Fastify({ bodyLimit: 20_000_000 })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body)
  app.all('*', async ({ url, headers, body }) => ({ url, headers, bytes: (body as Buffer | undefined)?.length }))
  t.after(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}
