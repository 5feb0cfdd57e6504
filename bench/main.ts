/**
 * `npm run bench [-- --quick]`: how fast the built server is on this machine, against the least that its networks cost
 * here and against face-api on its own, all measured in the same run. Writes `bench/results/`. With `--peer COMMAND`
 * also against another program, see bench/dlib.
 * `npm run bench -- --docs`: brings what the last full run wrote into docs/performance.md.
 * `npm run bench -- --store [--quick]`: how the store grows.
 * `npm run bench -- --threads [--quick]`: what 1 to 16 inference threads do, and how long they wait for their decoders.
 * `npm run bench -- --gallery [--quick]`: a million people: searches, groups, and what a server with them costs.
 * `npm run bench -- --users`: what the directory of 100,000 users takes, and a page of it.
 * `npm run bench -- --uploads`: what uploads that never end do to the others, and to memory.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureModels } from '../models/build.ts'
import { availableCores } from '../src/available-cores.ts'
import { loadConfig } from '../src/config.ts'
import { benchCrowd } from './crowd.ts'
import { updateDocumentation } from './documentation.ts'
import { drawFigures, FIGURES } from './figures.ts'
import { floorMs, measureFloor } from './floor.ts'
import { measureGallery } from './gallery.ts'
import { count } from './markdown.ts'
import { benchPhotos } from './photos.ts'
import { measurePeer } from './peer-speed.ts'
import { measureReference } from './reference.ts'
import { reportText } from './report-text.ts'
import { sizeName, type Report, type Row } from './report.ts'
import { measureRequests, type Requests } from './requests.ts'
import { measureStages } from './stages.ts'
import { measureStart } from './start.ts'
import { benchStore } from './store.ts'
import { measureThreads, POOL_SHAPES, threadTable } from './threads.ts'
import { benchUploads } from './uploads.ts'
import { benchUsers } from './users.ts'

const RESULTS = 'bench/results'
const SIZES =
  [[640, 480], [1280, 720], [1920, 1080], [4032, 3024]].map(([width, height]) => ({ width: width!, height: height! }))
const CORES = availableCores()
const THREADS = loadConfig({}).INFERENCE_THREADS
const MACHINE = `${cpus()[0]?.model ?? 'unknown'}, ${CORES} cores, Node ${process.version}`
const CONCURRENCIES = [...new Set([1, 2, 2 * THREADS, 8, 64])].sort((one, other) => one - other)

const PLANS = {
  full: {
    sizes: SIZES.slice(0, 2),
    stageSizes: SIZES,
    rounds: 15,
    searches: [1_000, 10_000, 100_000, 1_000_000],
    galleries: [10, 1_000, 10_000, 100_000],
    concurrencies: CONCURRENCIES,
    runMs: 5_000,
    referencePhotos: Infinity,
    referenceRounds: 3,
    starts: 3,
    turns: 3,
    turnMs: 3_000,
    otherServers: true
  },
  quick: {
    sizes: SIZES.slice(0, 1),
    stageSizes: SIZES.slice(0, 2),
    rounds: 5,
    searches: [100_000],
    galleries: [1_000],
    concurrencies: [1, 2 * THREADS, 64],
    runMs: 1_000,
    referencePhotos: 2,
    referenceRounds: 1,
    starts: 1,
    turns: 2,
    turnMs: 1_000,
    otherServers: false
  }
}

const CROWDS = {
  full: {
    searches: [1_000, 10_000, 100_000, 1_000_000, 10_000_000],
    groups: [10, 100, 1_000, 10_000, 100_000],
    people: 1_000_000
  },
  quick: { searches: [100_000], groups: [10, 1_000, 10_000], people: 10_000 }
}

async function runBench (quick: boolean, peerCommand: string | undefined): Promise<Report> {
  const plan = PLANS[quick ? 'quick' : 'full']
  const startedAt = performance.now()
  const seconds = (): number => (performance.now() - startedAt) / 1000
  const say = (text: string): void => { process.stderr.write(`${seconds().toFixed(0).padStart(4)} s  ${text}\n`) }
  const sayRow = ({ route, size, concurrency, perSecond, p50, p99, errors }: Row): void =>
    say(`  ${route} ${size ? sizeName(size) : ''}, ${concurrency} at once: ${perSecond.toFixed(1)} req/s, p50 ` +
      `${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${errors} errors`)

  await ensureModels(process.env['MODELS_DIR'] ?? './models')
  const { photos, source } = await benchPhotos(plan.sizes[0]!)
  say('the networks alone, and the machine')
  const floor = await measureFloor()
  say('the stages of a photo')
  const costs = await measureStages(plan.stageSizes, plan.rounds)
  say('searching the gallery')
  const searches = measureGallery(plan.searches)
  say('face-api on its own')
  const reference = await measureReference(photos.slice(0, plan.referencePhotos), plan.referenceRounds)
  if (peerCommand !== undefined) say(peerCommand)
  const peer = peerCommand === undefined ? null : await measurePeer(peerCommand, plan.stageSizes, plan.referenceRounds)
  say('one thread and several, without HTTP')
  const shapes = [{ threads: 1 }, ...THREADS > 1 ? [{ threads: THREADS }] : []]
  const pools = await measureThreads(photos, shapes, plan.turns, plan.turnMs)
  say('from the start to the first recognised photo')
  const firstRecognizedMs = await measureStart(photos[0]!, plan.starts)
  const served = []
  for (const [index, enrolled] of plan.galleries.entries()) {
    say(`a server with ${count(enrolled)} encodings (${index + 1} of ${plan.galleries.length})`)
    const wanted: Requests = {
      enrolled,
      threads: THREADS,
      arithmetic: 'float32',
      sizes: plan.sizes,
      concurrencies: plan.concurrencies,
      runMs: plan.runMs,
      others: index === 0
    }
    served.push(await measureRequests(wanted, sayRow))
  }
  if (plan.otherServers) {
    say('servers with one thread, and with 8 bits')
    const usual: Requests = {
      enrolled: plan.galleries[0]!,
      threads: THREADS,
      arithmetic: 'float32',
      sizes: plan.sizes.slice(0, 1),
      concurrencies: [2 * THREADS],
      runMs: plan.runMs,
      others: false
    }
    served.push(await measureRequests({ ...usual, threads: 1, concurrencies: [2] }, sayRow))
    served.push(await measureRequests({ ...usual, arithmetic: 'int8' }, sayRow))
  }

  return {
    date: new Date().toISOString().slice(0, 10),
    machine: MACHINE,
    photos: `${photos.length} ${source}`,
    quick,
    seconds: seconds(),
    cores: CORES,
    threads: THREADS,
    floor,
    costs: costs.map((cost) => ({ ...cost, floorMs: floorMs(floor, cost.decodeMs) })),
    searches,
    reference,
    peer,
    pools,
    firstRecognizedMs,
    starts: served.slice(0, plan.galleries.length).map(({ start }) => start),
    rows: served.flatMap(({ rows }) => rows)
  }
}

async function benchThreads ({ sizes, turns, turnMs }: typeof PLANS['full']): Promise<string> {
  await ensureModels(process.env['MODELS_DIR'] ?? './models')
  const { photos } = await benchPhotos(sizes[0]!)
  const table = threadTable(await measureThreads(photos, POOL_SHAPES, turns, turnMs))
  return `${MACHINE}, ${new Date().toISOString().slice(0, 10)}\n\n${table}`
}

async function benchGallery (quick: boolean): Promise<string> {
  await ensureModels(process.env['MODELS_DIR'] ?? './models')
  const tables = await benchCrowd(CROWDS[quick ? 'quick' : 'full'])
  return `${MACHINE}, ${new Date().toISOString().slice(0, 10)}\n\n${tables}`
}

async function writeReport (report: Report): Promise<void> {
  await mkdir(RESULTS, { recursive: true })
  const name = report.quick ? 'quick' : 'bench'
  await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(join(RESULTS, `${name}.md`), reportText(report))
  for (const [file, svg] of Object.entries(drawFigures(report))) {
    await writeFile(join(RESULTS, report.quick ? `quick-${file}` : file), svg)
  }
  process.stdout.write(reportText(report))
}

const { values: { quick, store, threads, gallery, uploads, users, docs, peer } } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    store: { type: 'boolean', default: false },
    threads: { type: 'boolean', default: false },
    gallery: { type: 'boolean', default: false },
    uploads: { type: 'boolean', default: false },
    users: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    peer: { type: 'string' }
  }
})
if (docs) await updateDocumentation(RESULTS, FIGURES)
else if (threads) process.stdout.write(await benchThreads(PLANS[quick ? 'quick' : 'full']))
else if (store) process.stdout.write(await benchStore(quick ? [100, 1_000] : [100, 10_000, 100_000]))
else if (gallery) process.stdout.write(await benchGallery(quick))
else if (users) process.stdout.write(benchUsers(100_000))
else if (uploads) process.stdout.write(await benchUploads())
else await writeReport(await runBench(quick, peer))
