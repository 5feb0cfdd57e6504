/**
 * `npm run bench:access`: what finding the caller costs a recognition. Servers without and with a key take turns;
 * `--base DIR` takes the built server of another checkout for the first, `--pairs` and `--seconds` say how long.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createKeys } from '../src/access/keys.ts'
import { createFolderDocuments } from '../src/store/documents/folder-documents.ts'
import { load, type Shot } from './load.ts'
import { benchPhotos } from './photos.ts'
import { startBenchServer, type BenchServer } from './server.ts'
import { addStrangers, kindOf } from './strangers.ts'

const WARM_UP_MS = 3_000
const SIZE = { width: 640, height: 480 }
const ENROLLED = 100
const CONCURRENCY = 2

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: '.' },
    pairs: { type: 'string', default: '12' },
    seconds: { type: 'string', default: '4' }
  }
})
const [pairs, runMs] = [Number(values.pairs), Number(values.seconds) * 1000]

async function makeKey (dir: string): Promise<string> {
  const documents = createFolderDocuments({ dir })
  const keys = createKeys(documents)
  await documents.open()
  const { key } = await keys.create({ name: 'bench', role: 'kiosk' })
  await documents.close()
  return key
}

/**
 * The median of the values, and the interval that it lies in with at least 95 % (binomial), or in all of them if they
 * are too few for that.
 */
function medianOf (values: readonly number[]): { median: number, from: number, to: number } {
  const sorted = [...values].sort((a, b) => a - b)
  const n = sorted.length
  let left = 0
  let tail = 0.5 ** n
  for (let probability = tail; ;) {
    probability *= (n - left) / (left + 1)
    if (2 * (tail + probability) > 0.05) break
    tail += probability
    left++
  }
  const middle = (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.ceil((n - 1) / 2)]!) / 2
  return { median: middle, from: sorted[left]!, to: sorted[n - 1 - left]! }
}

const percent = (ratio: number): string => `${((ratio - 1) * 100).toFixed(2)} %`

const dir = await mkdtemp(join(tmpdir(), 'face-bench-'))
const servers: BenchServer[] = []
try {
  const key = await makeKey(dir)
  const env = { INFERENCE_THREADS: '2', KEY_RATE_LIMIT_MAX: '10000000' }
  addStrangers(dir, 0, ENROLLED, kindOf(env), 1)
  servers.push(
    await startBenchServer({ strangers: ENROLLED }, { ...env, AUTH: 'open' }, values.base),
    await startBenchServer({ dir }, env)
  )
  const { photos } = await benchPhotos(SIZE)
  const shots = [undefined, key].map((shown) => photos.map((body): Shot => (
    { method: 'POST', path: '/recognize', body, ...shown !== undefined && { key: shown } }
  )))
  const run = async (index: number, ms: number): Promise<number> => {
    const { errors, perSecond } = await load(servers[index]!.url, shots[index]!, CONCURRENCY, ms)
    if (errors > 0) throw new Error(`${errors} requests were refused`)
    return perSecond
  }
  for (const index of [0, 1]) await run(index, WARM_UP_MS)
  const ratios: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    // Who goes first changes: the machine may become slower or faster meanwhile.
    const order = pair % 2 ? [1, 0] : [0, 1]
    const rates = [0, 0]
    for (const index of order) rates[index] = await run(index, runMs)
    ratios.push(rates[0]! / rates[1]!)
    process.stderr.write(`${rates.map((rate) => rate.toFixed(1)).join(' and ')} recognitions a second\n`)
  }
  const { median, from, to } = medianOf(ratios)
  process.stdout.write(
    `a recognition takes ${percent(median)} longer with a key (${percent(from)} to ${percent(to)}, ${pairs} pairs)\n`
  )
} finally {
  await Promise.all(servers.map((server) => server.stop()))
  await rm(dir, { recursive: true, force: true })
}
