import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createDirectory, type DirectoryQuery } from '../src/users/directory.ts'
import { percentile } from './load.ts'
import { count, markdown, number } from './markdown.ts'

const ROUNDS = 50
const GIVEN = ['Ayu', 'Budi', 'Citra', 'Dewi', 'Eko', 'Fitri', 'Gita', 'Hadi', 'Indra', 'Joko']
/** The order in which a store reads its users is none. */
const STEP = 7_919

const QUERIES: Readonly<Record<string, Partial<DirectoryQuery>>> = {
  'by id': {},
  'by name, backwards': { order: 'name', descending: true },
  'by the time of the last change': { order: 'updated' },
  'of a group of a twentieth': { group: 'group 3' },
  'of a group that there is not': { group: 'nobody' },
  'expired, and there are none': { validity: 'expired' },
  'with a part of the name that nobody has': { text: 'zzz' }
}

function heapBytes (): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().heapUsed
}

/** What the directory of so many users takes, and how long a page of 100 of them. */
export function benchUsers (users: number): string {
  const directory = createDirectory()
  const before = heapBytes()
  const startedAt = performance.now()
  for (let i = 0; i < users; i++) {
    const userId = (i * STEP) % users
    directory.apply({
      key: String(userId),
      record: {
        userId,
        updatedAt: new Date(1.7e12 + ((userId * 104_729) % users) * 1000).toISOString(),
        encodings: [],
        displayName: `${GIVEN[userId % GIVEN.length]} Nurhayati ${userId}`,
        groups: [`group ${userId % 20}`]
      }
    })
  }
  directory.sort()
  const loadMs = performance.now() - startedAt
  const bytes = (heapBytes() - before) / users
  const rows = Object.entries(QUERIES).map(([name, query]) => {
    const times = Array.from({ length: ROUNDS }, () => {
      const askedAt = performance.now()
      directory.page({ order: 'id', descending: false, limit: 100, ...query })
      return performance.now() - askedAt
    }).sort((one, other) => one - other)
    return [name, number(percentile(times, 0.5), 2), number(percentile(times, 0.95), 2)]
  })
  return `${count(users)} users, ${number(bytes, 0)} bytes each, read and sorted in ${number(loadMs, 0)} ms\n\n` +
    markdown(['a page of 100 users', 'p50 ms', 'p95 ms'], rows)
}
