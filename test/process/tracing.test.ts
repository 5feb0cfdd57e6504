import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'
import { attributesOf, startOtlpReceiver, type Span } from './otlp-receiver.ts'
import { distWithout, failToStart, logOf, startServer } from './server-process.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const NOT_RECORDED = '11111111111111111111111111111111'

test('a collector gets each request as a span of its caller\'s trace, with its parts below it, ' +
  'and nothing about the person', async (t) => {
  const collector = await startOtlpReceiver(t)
  const server = await startServer(t, {
    FACE_DATA_DIR: await temporaryFolder(t),
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
    OTEL_SERVICE_NAME: 'door',
    OTEL_BSP_SCHEDULE_DELAY: '50'
  })
  const photo = await portraits.anna()
  const send = (
    path: string, method: string, traceparent?: string
  ): Promise<Response> => fetch(`${server.url}${path}`, {
    method,
    headers: { ...method === 'POST' && { 'content-type': 'image/jpeg' }, ...traceparent && { traceparent } },
    body: method === 'POST' ? photo : null
  })
  const registered = await send('/register-face?user_id=secret-person', 'POST', `00-${TRACE}-${PARENT}-01`)
  assert.equal(registered.status, 200)
  await send('/recognize', 'POST')
  await send('/status/secret-person', 'GET', `00-${NOT_RECORDED}-${PARENT}-00`)
  await send('/face/nobody', 'DELETE')
  await send('/health/ready', 'GET')
  server.child.kill('SIGTERM')
  assert.equal(await server.exited, 0)

  const spans = collector.spans()
  const requests = spans.filter(({ kind }) => kind === 2)
  assert.deepEqual(requests.map(({ name }) => name), [
    'POST /register-face', 'POST /recognize', 'DELETE /face/:user_id'
  ])
  const [register, recognize, remove] = requests as [Span, Span, Span]
  assert.deepEqual([register.traceId, register.parentSpanId], [TRACE, PARENT])
  assert.equal(registered.headers.get('traceresponse'), `00-${TRACE}-${register.spanId}-01`)
  assert.ok(recognize.traceId !== TRACE && !recognize.parentSpanId)
  assert.deepEqual(attributesOf(recognize), {
    'http.request.method': 'POST',
    'http.route': '/recognize',
    'http.response.status_code': 200,
    'face.outcome': 'recognized'
  })
  assert.equal(attributesOf(remove)['face.outcome'], 'USER_NOT_FOUND')

  const partsOf = ({ spanId }: Span): Span[] => spans.filter(({ parentSpanId }) => parentSpanId === spanId)
  const names = partsOf(register).map(({ name }) => name)
  for (const name of ['photo wait', 'photo decode', 'photo encode', 'photo quality', 'store update']) {
    assert.ok(names.includes(name), name)
  }
  for (const name of ['photo wait', 'photo detect', 'photo match']) {
    assert.ok(partsOf(recognize).some((part) => part.name === name), name)
  }
  assert.deepEqual(partsOf(remove).map(({ name }) => name), ['store update'])
  for (const request of requests) {
    for (const part of partsOf(request)) {
      assert.equal(part.traceId, request.traceId)
      const [from, start, end, to] =
        [request.startTimeUnixNano, part.startTimeUnixNano, part.endTimeUnixNano, request.endTimeUnixNano].map(BigInt)
      assert.ok(from! <= start! && start! <= end! && end! <= to!, part.name)
    }
  }
  assert.equal(collector.service()['service.name'], 'door')
  assert.ok(!collector.text().includes('secret-person'))

  const lines = logOf(server).filter(({ msg }) => msg === 'request')
  assert.deepEqual(lines.map(({ trace_id: id }) => id), [
    TRACE, recognize.traceId, NOT_RECORDED, remove.traceId, undefined
  ])
})

test('without a collector the trace of a request is in its log line and its reply, and ' +
  'OpenTelemetry is not needed', async (t) => {
  const dist = await distWithout(t, '@opentelemetry')
  const server = await startServer(t, { FACE_DATA_DIR: await temporaryFolder(t) }, { dist })
  const header = `00-${TRACE}-${PARENT}-01`
  const answer = await fetch(`${server.url}/status/7`, { headers: { traceparent: header } })
  assert.equal(answer.headers.get('traceresponse'), header)
  assert.equal(
    (await fetch(`${server.url}/status/7`, { headers: { traceparent: 'nonsense' } })).headers.get('traceresponse'), null
  )
  await eventually(() => logOf(server).filter(({ msg }) => msg === 'request').length === 2)
  assert.deepEqual(logOf(server).filter(({ msg }) => msg === 'request').map(({ trace_id: id }) => id), [
    TRACE, undefined
  ])

  const { code, output } = await failToStart(
    t, { FACE_DATA_DIR: await temporaryFolder(t), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }, { dist }
  )
  assert.equal(code, 78)
  assert.equal(
    output, 'OTEL_EXPORTER_OTLP_ENDPOINT needs OpenTelemetry, which is not installed: npm ci --include=optional\n'
  )
})

test('an address of a collector that is none stops the start with one line', async (t) => {
  const { code, output } = await failToStart(t, {
    FACE_DATA_DIR: await temporaryFolder(t), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://['
  })
  assert.equal(code, 78)
  assert.equal(output, 'OTEL_EXPORTER_OTLP_ENDPOINT="http://[" is not allowed: not a valid address\n')
})

test('a collector that is away is logged once, and neither requests nor the stop wait for it', async (t) => {
  const server = await startServer(t, {
    FACE_DATA_DIR: await temporaryFolder(t),
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_EXPORTER_OTLP_TIMEOUT: '500'
  })
  const complaints = (): number => logOf(server).filter(({ msg }) => msg === 'traces cannot be delivered').length
  for (let i = 0; i < 3; i++) {
    assert.equal((await fetch(`${server.url}/status/7`)).status, 200)
    await eventually(() => complaints() === 1)
  }
  server.child.kill('SIGTERM')
  assert.equal(await server.exited, 0)
  assert.equal(complaints(), 1)
})
