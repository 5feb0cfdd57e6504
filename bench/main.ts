/**
 * `npm run bench [-- --quick]`: how fast the built server is on this machine, against the least that its networks cost here
 * and against face-api on its own, all measured in the same run. Writes `bench/results/`.
 * `npm run bench -- --store [--quick]`: how the store grows.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureModels } from '../models/build.ts'
import { floorMs, measureFloor } from './floor.ts'
import { measureGallery } from './gallery.ts'
import { load, type LoadResult, type Shot } from './load.ts'
import { benchPhotos } from './photos.ts'
import { measureReference } from './reference.ts'
import { chart, table, type Report, type Row } from './report.ts'
import { startBenchServer, type BenchServer } from './server.ts'
import { measureStages } from './stages.ts'
import { benchStore } from './store.ts'

const { values: { quick = false, store = false } } = parseArgs({ options: { quick: { type: 'boolean' }, store: { type: 'boolean' } } })
if (store) {
  process.stdout.write(await benchStore(quick ? [100, 1_000] : [100, 10_000, 100_000]))
  process.exit()
}

const plan = quick
  ? { sizes: [{ width: 640, height: 480 }], galleries: [10, 10_000], searches: [100_000], concurrencies: [1, 2, 8], runMs: 2_000, rounds: 1 }
  : {
      sizes: [{ width: 640, height: 480 }, { width: 1280, height: 720 }],
      galleries: [10, 1_000, 10_000, 100_000],
      searches: [1_000, 10_000, 100_000, 1_000_000],
      concurrencies: [1, 2, 8, 64],
      runMs: 5_000,
      rounds: 5
    }
const RESULTS = 'bench/results'

const say = (text: string): void => { process.stderr.write(`${text}\n`) }

async function measured (server: BenchServer, name: string, run: () => Promise<LoadResult>): Promise<Row> {
  const before = await server.cpuMs()
  const result = await run()
  const row = { name, ...result, cpuMsPerRequest: (await server.cpuMs() - before) / result.requests, peakMiB: await server.peakMiB() }
  say(`  ${name}: ${row.perSecond.toFixed(1)} req/s, p50 ${row.p50.toFixed(1)} ms, p99 ${row.p99.toFixed(1)} ms, ${row.errors} errors`)
  return row
}

async function benchGallery (gallery: number): Promise<{ rows: Row[], startMs: number }> {
  say(`${gallery} encodings`)
  const server = await startBenchServer(gallery)
  const rows: Row[] = []
  try {
    for (const { width, height } of plan.sizes) {
      const { photos } = await benchPhotos({ width, height })
      const recognize = photos.map((body): Shot => ({ method: 'POST', path: '/recognize', body }))
      await load(server.url, recognize, 2, 1000)
      for (const concurrency of plan.concurrencies) {
        const name = `/recognize ${width}×${height}, ${gallery} enrolled, ${concurrency} at once`
        rows.push(await measured(server, name, () => load(server.url, recognize, concurrency, plan.runMs)))
      }
      if (gallery !== plan.galleries[0] || width !== plan.sizes[0]?.width) continue
      const saturate = load(server.url, recognize, 8, plan.runMs + 500)
      for (const path of ['/health', '/stats']) {
        rows.push(await measured(server, `${path} while saturated`, () => load(server.url, [{ method: 'GET', path }], 1, plan.runMs / 2)))
      }
      await saturate
      const register = photos.map((body, i): Shot => ({ method: 'POST', path: `/register-face?user_id=bench-${i}&replace=true`, body }))
      rows.push(await measured(server, `/register-face ${width}×${height}, 2 at once`, () => load(server.url, register, 2, plan.runMs)))
    }
  } finally {
    await server.stop()
  }
  return { rows, startMs: server.startMs }
}

await ensureModels(process.env['MODELS_DIR'] ?? './models')
const { photos, source } = await benchPhotos(plan.sizes[0]!)
say('the floor')
const floor = await measureFloor(photos[0]!)
say('searching the gallery')
const searches = measureGallery(plan.searches)
say('the stages of a photo')
const stages = await measureStages(photos, 3 * plan.rounds)
say('face-api on its own')
const reference = await measureReference(photos, plan.rounds)
const runs = []
for (const gallery of plan.galleries) runs.push({ gallery, ...await benchGallery(gallery) })

const report: Report = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, Node ${process.version}`,
  photos: `${photos.length} ${source}`,
  quick,
  floor: { ...floor, total: floorMs(floor) },
  searches,
  stages,
  reference,
  starts: runs.map(({ gallery, startMs }) => ({ gallery, startMs })),
  rows: runs.flatMap(({ rows }) => rows)
}
await mkdir(RESULTS, { recursive: true })
const name = quick ? 'quick' : 'bench'
await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`)
await writeFile(join(RESULTS, `${name}.md`), table(report))
await writeFile(join(RESULTS, `${name}.svg`), chart(report))
process.stdout.write(table(report))
