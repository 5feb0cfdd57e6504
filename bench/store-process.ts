/**
 * Opens the store in this folder as a server does, changes users, and prints what that cost as JSON: `store-process.ts
 * DIR`.
 */
import { createGallery } from '../src/gallery/gallery.ts'
import { createFileStore } from '../src/store/folder/file-store.ts'
import { percentile } from './load.ts'
import { ENCODINGS_PER_USER, kindOf, stranger } from './strangers.ts'

/** What a store of some size costs. */
export interface StoreCost {
  encodings: number
  startMs: number
  cpuMs: number
  /** That the process grew by. */
  memoryMiB: number
  /** Of one registration, until it is durable; one after the other. */
  registerP50: number
  registerP95: number
}

const REGISTRATIONS = 300

const [dir = ''] = process.argv.slice(2)
const kind = kindOf()
const gallery = createGallery(kind.model)
const store = createFileStore({
  dir, onEvent: (event) => { if (event.type === 'loading') process.stderr.write(`  ${event.users} users loaded\n`) }
})
store.onChange(gallery.apply)

const memoryBefore = process.memoryUsage.rss()
const cpuBefore = process.cpuUsage()
const startedAt = performance.now()
await store.open()
const startMs = performance.now() - startedAt
const { user, system } = process.cpuUsage(cpuBefore)
const { encodings } = gallery.counts()
const memoryMiB = (process.memoryUsage.rss() - memoryBefore) / 2 ** 20

const times: number[] = []
for (let i = 0; i < REGISTRATIONS; i++) {
  const added = stranger(i, kind, 1).encodings
  const key = String(stranger(i % 20 * ENCODINGS_PER_USER, kind, 1).userId)
  const calledAt = performance.now()
  await store.update(
    key, (present) => present && { ...present, encodings: [...present.encodings, ...added].slice(-ENCODINGS_PER_USER) }
  )
  times.push(performance.now() - calledAt)
}
await store.close()
times.sort((one, other) => one - other)
const cost: StoreCost = {
  encodings,
  startMs,
  cpuMs: (user + system) / 1000,
  memoryMiB,
  registerP50: percentile(times, 0.5),
  registerP95: percentile(times, 0.95)
}
process.stdout.write(JSON.stringify(cost))
