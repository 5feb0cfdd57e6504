import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { replaceGenerated } from '../../bench/documentation.ts'
import { drawFigures, FIGURES } from '../../bench/figures.ts'
import { reportText } from '../../bench/report-text.ts'
import type { Report, Row } from '../../bench/report.ts'
import { servedPhoto, servedTimes } from '../../bench/served.ts'
import { targets } from '../../bench/targets.ts'

const size = { width: 640, height: 480 }
const row = (concurrency: number, perSecond: number): Row => ({
  route: '/recognize',
  size,
  enrolled: 10,
  concurrency,
  threads: 3,
  arithmetic: 'float32',
  requests: 100,
  errors: 0,
  perSecond,
  p50: 1,
  p95: 2,
  p99: 3,
  serverCpuMs: 18,
  clientCpuMs: 1,
  peakMiB: 500,
  served: { total: 20, stages: { wait: 1, decode: 3 }, http: 16 }
})

const report: Report = {
  date: '2026-11-24',
  machine: 'a machine',
  photos: '7 photos',
  quick: false,
  seconds: 60,
  cores: 2,
  threads: 3,
  floor: {
    tiny160: 1,
    tiny320: 4,
    ssd512: 80,
    landmarks: 1,
    encode: 7,
    encodeFaceApi: 7,
    encodeInt8: 4,
    gflops: 80,
    readGBs: 20
  },
  costs: [{ size, stages: { decode: 3, detect: 2, landmarks: 4, encode: 7 }, total: 16, decodeMs: 2, floorMs: 14 }],
  searches: [
    { encodings: 1000, ms: 1, p50Ms: 1, readGBs: 1 }, { encodings: 100_000, ms: 5, p50Ms: 6, readGBs: 13 }
  ],
  reference: { engine: 'wasm', ssd: 400, tiny: 150 },
  peer: { name: 'somebody', costs: [{ size, ms: 120 }] },
  pools: [
    { threads: 1, poolSize: 5, perSecond: 60, p50: 30, p99: 40, decodeWaitMs: 0.1 },
    { threads: 3, poolSize: 7, perSecond: 108, p50: 50, p99: 80, decodeWaitMs: 0.25 }
  ],
  firstRecognizedMs: [1900, 2100],
  starts: [{ users: 100_000, listenMs: 3000, loadMs: 5001, progressLines: 10, nowMiB: 590, peakMiB: 610 }],
  rows: [
    row(1, 50), row(6, 100), row(64, 95), { ...row(1, 300), route: '/health', size: null, p99: 20.1, served: null },
    { ...row(6, 145), arithmetic: 'int8' }
  ]
}

test('each target is compared with what was measured', () => {
  const missed = targets(report).filter(({ isReached }) => !isReached).map(({ what, measured }) => [what, measured])
  assert.equal(targets(report).length, 8)
  assert.deepEqual(missed, [
    ['/health while every thread is busy, p99', '20.1 ms'],
    ['all threads on two cores, in terms of one, without HTTP', '1.80'],
    ['loading 100,000 users', '5001 ms']
  ])
})

test('the report and the figures have what was measured', () => {
  const text = reportText(report)
  for (const part of [
    '| **measured / floor** | **1.14** |', '400.0 (25.0 times as long)', '| the same photos with somebody | 640×480 |',
    '| times as long | 7.5 |', '| 100,000 | 5.00 | 13.0 | 65 % |', '| 640×480, 10 enrolled | 50.0 | 100.0 | 95.0 |\n'
  ]) {
    assert.ok(text.includes(part), part)
  }
  assert.ok(!text.includes('NaN') && !text.includes('undefined'))
  assert.ok(!reportText({ ...report, peer: null }).includes('somebody'))
  const figures = drawFigures(report)
  assert.deepEqual(Object.keys(figures), FIGURES)
  for (const svg of Object.values(figures)) assert.ok(svg.startsWith('<svg') && !svg.includes('NaN'))
})

test('what the server says of its own times is told apart by stage, and the rest is HTTP', async (t) => {
  let photos = 0
  const server = createServer((_request, response) => {
    photos += 10
    response.end([
      `face_photo_wait_seconds_sum ${photos * 0.002}`, `face_photo_wait_seconds_count ${photos}`,
      `face_photo_stage_seconds_sum{stage="decode"} ${photos * 0.003}`,
      `face_http_request_seconds_sum{route="/recognize",outcome="unknown"} ${photos * 0.009}`,
      `face_http_request_seconds_count{route="/recognize",outcome="unknown"} ${photos}`,
      'face_http_request_seconds_sum{route="/metrics",outcome="ok"} 7'
    ].join('\n'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { total, stages, http } =
    servedPhoto(await servedTimes(url, '/recognize'), await servedTimes(url, '/recognize'))
  const rounded = Object.entries({ total, http, ...stages }).map(([name, ms]) => [name, Number(ms.toFixed(6))])
  assert.deepEqual(rounded, [['total', 9], ['http', 4], ['wait', 2], ['decode', 3]])
})

test('docs/performance.md has a place for the report, and shows every figure', async () => {
  const page = await readFile('docs/performance.md', 'utf8')
  const changed = replaceGenerated(page, 'NEW')
  assert.equal(replaceGenerated(changed, 'NEW'), changed)
  assert.ok(changed.includes('\n\nNEW\n\n'))
  for (const figure of FIGURES) assert.ok(page.includes(`(figures/${figure})`), figure)
  assert.throws(() => replaceGenerated('no marks', 'NEW'))
})
