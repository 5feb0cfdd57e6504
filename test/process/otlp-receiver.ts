import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** A span in OTLP's JSON, as far as the tests look at it. Times in nanoseconds since 1970. */
export interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Array<{ key: string, value: { stringValue?: string, intValue?: number } }>
  status: { code: number }
}

interface Batch {
  resourceSpans: Array<{ resource: Pick<Span, 'attributes'>, scopeSpans: Array<{ spans: Span[] }> }>
}

/** Takes traces as an OpenTelemetry collector does, over OTLP/HTTP in JSON. */
export interface OtlpReceiver {
  readonly url: string
  /** All that came so far. */
  spans (): Span[]
  /** Attributes of the service that sent them. */
  service (): Record<string, unknown>
  /** Everything, as it came. */
  text (): string
}

/** The attributes of a span or a service by name. */
export const attributesOf = ({ attributes }: Pick<Span, 'attributes'>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]))

/** Starts a receiver on a free port of 127.0.0.1; it ends with the test. */
export async function startOtlpReceiver (t: TestContext): Promise<OtlpReceiver> {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const isTraces = request.method === 'POST' && request.url === '/v1/traces' &&
        request.headers['content-type'] === 'application/json'
      if (isTraces) bodies.push(Buffer.concat(chunks).toString())
      response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const batches = (): Batch['resourceSpans'] => bodies.flatMap((body) => (JSON.parse(body) as Batch).resourceSpans)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => batches().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    service: () => (
      Object.assign({}, ...batches().map(({ resource }) => attributesOf(resource))) as Record<string, unknown>
    ),
    text: () => bodies.join('\n')
  }
}
