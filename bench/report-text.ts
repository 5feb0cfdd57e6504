import { count, markdown, number } from './markdown.ts'
import { recognitions, sizeName, usualRows, type Report, type Row } from './report.ts'
import { targets } from './targets.ts'

const STAGES = ['decode', 'detect', 'landmarks', 'align', 'encode', 'match', 'opinion', 'quality'] as const

function targetTable (report: Report): string {
  return markdown(['target', 'wanted', 'measured', ''], targets(report).map(({ what, wanted, measured, isReached }) =>
    [what, wanted, measured, isReached ? 'reached' : '**missed**']))
}

function costTable ({ costs, reference }: Report): string {
  const stages = STAGES.filter((stage) => costs.some((cost) => cost.stages[stage] !== undefined))
  const [typical] = costs
  const times = (ms: number): string => `${number(ms)} (${number(ms / (typical?.total ?? NaN))} times as long)`
  return [
    markdown(['one photo, one thread, ms', ...costs.map(({ size }) => sizeName(size))], [
      ...stages.map((stage) => [stage, ...costs.map((cost) => number(cost.stages[stage]))]),
      ['**all of it**', ...costs.map(({ total }) => `**${number(total)}**`)],
      ['the floor', ...costs.map(({ floorMs }) => number(floorMs))],
      ['of that decoding', ...costs.map(({ decodeMs }) => number(decodeMs))],
      ['**measured / floor**', ...costs.map(({ total, floorMs }) => `**${number(total / floorMs, 2)}**`)]
    ]),
    'The floor is decoding all pixels, `tiny_face_detector` at 320², landmarks and encoding, each alone, the best of',
    'many runs. A first look at 160² and decoding large photos smaller go below it; a second look at the landmarks,',
    'cutting out faces and resizing go above. The server\'s times are the best of many runs, too, averaged over the ' +
      'photos.',
    '',
    markdown([`the same photos with face-api as it is shipped (${reference.engine})`, 'ms'], [
      ['with its SSD detector', times(reference.ssd)], ['with its tiny detector', times(reference.tiny)]
    ])
  ].join('\n')
}

function peerTable ({ peer, costs }: Report): string {
  if (!peer) return ''
  return markdown([`the same photos with ${peer.name}`, ...peer.costs.map(({ size }) => sizeName(size))], [
    ['ms', ...peer.costs.map(({ ms }) => number(ms))],
    ['times as long', ...peer.costs.map(({ ms }, i) => number(ms / (costs[i]?.total ?? NaN)))]
  ])
}

function machineTables ({ floor, searches }: Report): string {
  return [
    markdown(['network alone, one thread', 'ms'], [
      ['tiny_face_detector 160²', number(floor.tiny160)],
      ['tiny_face_detector 320²', number(floor.tiny320)],
      ['ssd_mobilenetv1 512²', number(floor.ssd512)],
      ['face_landmark_68', number(floor.landmarks)], ['the recognition network in use', number(floor.encode)],
      ['face_recognition', number(floor.encodeFaceApi)],
      [
        `face_recognition in 8 bits (${number(floor.encodeFaceApi / floor.encodeInt8, 2)} times as fast)`,
        number(floor.encodeInt8)
      ]
    ]),
    `Matrix multiplication ${number(floor.gflops, 0)} GFLOP/s, memory read ${number(floor.readGBs)} GB/s, one thread.`,
    '',
    markdown(['search of so many encodings, one thread', 'ms', 'GB/s', 'of the memory read'], searches.map(({
      encodings, ms, readGBs
    }) => [
      count(encodings), number(ms, 2), number(readGBs), `${number(100 * readGBs / floor.readGBs, 0)} %`
    ]))
  ].join('\n')
}

function throughputTable (report: Report): string {
  const photos = usualRows(report).filter(({ route }) => route === '/recognize')
  const concurrencies = [...new Set(photos.map(({ concurrency }) => concurrency))]
  const kinds = [...new Map(photos.map((row) => [`${row.size && sizeName(row.size)} ${row.enrolled}`, row])).values()]
  kinds.sort((one, other) => (one.size?.width ?? 0) - (other.size?.width ?? 0))
  const cells = (pick: (
    row: Row
  ) => string): Array<Array<string | number>> => kinds.flatMap(({ size, enrolled }) => size
    ? [[`${sizeName(size)}, ${count(enrolled)} enrolled`, ...recognitions(report, size, enrolled).map(pick)]]
    : [])
  const heads = concurrencies.map((concurrency) => `${concurrency} at once`)
  return [
    markdown(['`/recognize`, requests per second', ...heads], cells(({ perSecond }) => number(perSecond))),
    markdown(['p50 / p99, ms', ...heads], cells(({ p50, p99 }) => `${number(p50, 0)} / ${number(p99, 0)}`))
  ].join('\n')
}

function servedTable (report: Report): string {
  const shown = usualRows(report).filter(({ served, enrolled, size }, _, [first]) =>
    served && enrolled === first?.enrolled && size?.width === first.size?.width)
  const stages = ['wait', ...STAGES].filter((stage) => shown.some(({ served }) => served?.stages[stage]))
  return markdown(['a request inside the server, ms', ...shown.map(({ route, concurrency }) => (
    `${route}, ${concurrency} at once`
  ))], [
    ...stages.map((stage) => (
      [stage === 'wait' ? 'wait in the queue' : stage, ...shown.map(({ served }) => number(served?.stages[stage] ?? 0))]
    )),
    ['HTTP, and all the rest', ...shown.map(({ served }) => number(served?.http))],
    ['**all of it**', ...shown.map(({ served }) => `**${number(served?.total)}**`)]
  ])
}

function threadTables ({ pools, rows, threads, cores }: Report): string {
  const served = rows.filter((row, _, [first]) => row.route === '/recognize' && row.enrolled === first?.enrolled &&
    row.size?.width === first.size?.width && row.concurrency === 2 * row.threads)
  return [
    markdown(['threads', 'without HTTP, photos/s', 'over HTTP, req/s', 'server CPU ms', 'client CPU ms'], pools.map(({
      threads: count, perSecond
    }) => {
      const row = served.find((row) => row.threads === count)
      return [count, number(perSecond), number(row?.perSecond), number(row?.serverCpuMs), number(row?.clientCpuMs)]
    })),
    `The client runs on the same ${cores} cores: what it needs for a request is not there for the ${threads} threads.`,
    ''
  ].join('\n')
}

function startTables ({ firstRecognizedMs, starts }: Report): string {
  return [
    `From the start to the first recognised photo: ${firstRecognizedMs.map((ms) => number(ms, 0)).join(', ')} ms.`,
    '',
    markdown([
      'start with so many users', 'ms until it listens', 'of that loading them', 'MiB at the end', 'peak MiB'
    ], starts.map((start) =>
      [
        count(start.users), number(start.listenMs, 0), number(start.loadMs, 0), number(start.nowMiB, 0),
        number(start.peakMiB, 0)
      ]))
  ].join('\n')
}

/** The rows that the other tables do not have; photos at twice as many at once as there are threads. */
function rowTable ({ rows }: Report): string {
  const shown = rows.filter(({ route, concurrency, threads }) => route !== '/recognize' || concurrency === 2 * threads)
  return markdown([
    'request', 'req/s', 'p50 ms', 'p95 ms', 'p99 ms', 'server CPU ms', 'client CPU ms', 'peak MiB', 'errors'
  ], shown.map((row) => {
    const kind = row.size
      ? `${row.route} ${sizeName(row.size)}, ${row.concurrency} at once`
      : `${row.route} while every thread is busy`
    return [
      `${kind}, ${count(row.enrolled)} enrolled, ${row.threads} threads${row.arithmetic === 'int8' ? ', 8 bits' : ''}`,
      number(row.perSecond), number(row.p50), number(row.p95), number(row.p99),
      number(row.serverCpuMs), number(row.clientCpuMs), number(row.peakMiB, 0), row.errors
    ]
  }))
}

/** The report as Markdown, without the figures. */
export function reportText (report: Report): string {
  const { machine, date, photos, quick, seconds } = report
  return [
    `${machine}, ${date}; ${photos}; \`npm run bench${quick ? ' -- --quick' : ''}\`, ${number(seconds / 60)} minutes.`,
    '',
    targetTable(report), costTable(report), peerTable(report), machineTables(report), throughputTable(report),
    servedTable(report), threadTables(report),
    startTables(report), rowTable(report),
    'All rows, for every number of photos at once, are in `bench/results/bench.json`.'
  ].join('\n')
}
