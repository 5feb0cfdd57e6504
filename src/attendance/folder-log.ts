import { join } from 'node:path'
import { createFile, listIfThere, makeFolder, syncFolder, unlinkIfThere } from '../store/folder/atomic-file.ts'
import { FILE_MODE, nodeFileSystem, READ_FLAGS, withStoreErrors, type FileSystem } from '../store/folder/file-system.ts'
import { dataFolder } from '../store/folder/layout.ts'
import { createUserLock, type Claim } from '../store/folder/lock.ts'
import { errorCode } from '../system-error.ts'
import { createTaskQueue } from '../task-queue.ts'
import type { AttendanceLog, Scope, Seen } from './attendance-log.ts'
import { createDayEvents, type DayEvents } from './day-events.ts'
import { dayOfEvent, factToLine, lineToFact, utcDay, type AttendanceEvent, type Fact } from './event.ts'

/** Claimed by the process that appends. */
const LOCK = 'attendance'
const EXTENSION = '.log'
const DAY_FILE = /^\d{4}-\d\d-\d\d\.log$/
const LINE_FEED = 0x0a
const DAY_MS = 86_400_000
/** Events held in memory, of the days that were asked for last; about 400 bytes each. */
const EVENTS_MAX = 200_000
/** Recordings that share one write and one sync. */
const BATCH_MAX = 128
const READ_BYTES = 1024 * 1024

/** What is known of a day's file. */
interface KnownDay {
  events: DayEvents
  /** Tells one file from another that has taken its place. */
  inode: number
  /** Bytes of whole lines that were read. */
  size: number
}

const nothingKnown = (): KnownDay => ({ events: createDayEvents(), inode: 0, size: 0 })

interface Waiting {
  scope: Scope
  make: (seen: Seen) => Fact[]
  resolve: (facts: readonly Fact[]) => void
  reject: (err: unknown) => void
}

export interface FolderLogOptions {
  dir: string
  /** For tests. */
  fs?: FileSystem
}

/** An {@link AttendanceLog} in `attendance/` of the data folder: a file for each day in UTC, appended to only. */
export function createFolderLog ({ dir, fs = nodeFileSystem }: FolderLogOptions): AttendanceLog {
  const folder = join(dir, 'attendance')
  const lock = createUserLock({ folder: dataFolder(dir).locks, fs })
  /** The day asked for last is the last one. */
  const days = new Map<string, KnownDay>()
  const reading = createTaskQueue()
  const waiting: Waiting[] = []
  let writing: Promise<void> | undefined

  const pathOf = (day: string): string => join(folder, day + EXTENSION)

  async function dayNames (): Promise<string[]> {
    return (await listIfThere(fs, folder)).filter((name) => DAY_FILE.test(name))
      .map((name) => name.slice(0, -EXTENSION.length)).sort()
  }

  function forgetOldest (): void {
    let total = [...days.values()].reduce((sum, { events }) => sum + events.count(), 0)
    for (const [day, { events }] of days) {
      if (total <= EVENTS_MAX || days.size === 1) return
      days.delete(day)
      total -= events.count()
    }
  }

  /** The day's file as it is now, of which the lines that were added since are read. */
  async function readOn (day: string, before: KnownDay): Promise<KnownDay> {
    let handle
    try {
      handle = await fs.open(pathOf(day), READ_FLAGS)
    } catch (err) {
      if (errorCode(err) === 'ENOENT') return nothingKnown()
      throw err
    }
    try {
      const { size, ino: inode } = await handle.stat()
      const known = before.inode === inode && before.size <= size ? before : { ...nothingKnown(), inode }
      let rest = Buffer.alloc(0)
      for (let at = known.size; at < size;) {
        const part = Buffer.alloc(Math.min(READ_BYTES, size - at))
        const { bytesRead } = await handle.read(part, 0, part.length, at)
        if (bytesRead === 0) break
        at += bytesRead
        const bytes = Buffer.concat([rest, part.subarray(0, bytesRead)])
        let start = 0
        for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
          // Null for a line that a crash has torn, that was changed by hand, or that a newer server wrote.
          const fact = lineToFact(bytes.toString('utf8', start, end))
          if (fact) known.events.add(fact)
          known.size += end + 1 - start
          start = end + 1
        }
        rest = bytes.subarray(start)
      }
      return known
    } finally {
      await handle.close()
    }
  }

  /** The day as it is on the disk now. */
  async function readDay (day: string): Promise<KnownDay> {
    return await reading.run(day, async () => {
      const known = await readOn(day, days.get(day) ?? nothingKnown())
      days.delete(day)
      days.set(day, known)
      forgetOldest()
      return known
    })
  }

  async function see ({ userKey, from, until, ids }: Scope): Promise<Seen> {
    const events: AttendanceEvent[] = []
    for (let at = from; utcDay(at) <= utcDay(until); at += DAY_MS) {
      for (const event of (await readDay(utcDay(at))).events.ofUser(userKey)) {
        if (event.at >= from && event.at <= until) events.push(event)
      }
    }
    const byId = new Map<string, AttendanceEvent>()
    for (const id of ids) {
      const event = await find(id)
      if (event) byId.set(id, event)
    }
    return { events, byId }
  }

  async function find (id: string): Promise<AttendanceEvent | undefined> {
    const day = dayOfEvent(id)
    return day === null ? undefined : (await readDay(day)).events.get(id)
  }

  async function openDay (day: string): Promise<Awaited<ReturnType<FileSystem['open']>>> {
    try {
      return await fs.open(pathOf(day), 'r+', FILE_MODE)
    } catch (err) {
      if (errorCode(err) !== 'ENOENT') throw err
    }
    await makeFolder(fs, folder)
    const handle = await createFile(fs, pathOf(day))
    await syncFolder(fs, folder)
    return handle
  }

  /** Appends lines behind the whole ones; what a crash has left there becomes a line of its own, which nobody reads. */
  async function writeDay (day: string, facts: readonly Fact[], claim: Claim): Promise<void> {
    const handle = await openDay(day)
    try {
      const { size } = await handle.stat()
      const isTorn = size > (days.get(day)?.size ?? 0)
      const bytes = Buffer.from([...isTorn ? [''] : [], ...facts.map(factToLine), ''].join('\n'))
      claim.assertHeld()
      await handle.write(bytes, 0, bytes.length, size)
      await handle.datasync()
    } finally {
      await handle.close()
    }
  }

  const dayOfFact = (fact: Fact): string => dayOfEvent(fact.type === 'passage' ? fact.passage.id : fact.of)!

  /** One recording of each user and event: the next one must see it. */
  function nextBatch (): Waiting[] {
    const taken = new Set<string>()
    const batch: Waiting[] = []
    const left: Waiting[] = []
    for (const one of waiting.splice(0)) {
      const names = [`user ${one.scope.userKey}`, ...one.scope.ids]
      const isNext = batch.length < BATCH_MAX && !names.some((name) => taken.has(name));
      (isNext ? batch : left).push(one)
      for (const name of names) taken.add(name)
    }
    waiting.push(...left)
    return batch
  }

  /** Makes the facts of the batch and writes them with one sync a day. */
  async function appendBatch (batch: readonly Waiting[]): Promise<void> {
    const claim = await lock.acquireNamed(LOCK)
    try {
      const made: Array<() => void> = []
      const byDay = new Map<string, Fact[]>()
      for (const one of batch) {
        const seen = await see(one.scope)
        let facts: Fact[]
        try {
          facts = one.make(seen)
        } catch (err) {
          one.reject(err)
          continue
        }
        for (const fact of facts) byDay.set(dayOfFact(fact), [...byDay.get(dayOfFact(fact)) ?? [], fact])
        made.push(() => one.resolve(facts))
      }
      for (const [day, facts] of byDay) await writeDay(day, facts, claim)
      for (const acknowledge of made) acknowledge()
    } finally {
      await claim.release()
    }
  }

  async function writeAll (): Promise<void> {
    // What is asked for in the same turn of the event loop is written together.
    await Promise.resolve()
    while (waiting.length > 0) {
      const batch = nextBatch()
      await withStoreErrors(() => appendBatch(batch)).catch((err: unknown) => {
        for (const { reject } of batch) reject(err)
      })
    }
    writing = undefined
  }

  return {
    append: (scope, make) => new Promise((resolve, reject) => {
      waiting.push({ scope, make, resolve, reject })
      writing ??= writeAll()
    }),
    page: ({ from, until, after, userKey }, limit, matches) => withStoreErrors(async () => {
      const page: AttendanceEvent[] = []
      const first = utcDay(after?.at ?? from)
      for (const day of await dayNames()) {
        if (day < first || day > utcDay(until)) continue
        for (const event of (await readDay(day)).events.after(after, userKey)) {
          if (event.at >= until) break
          if (event.at >= from && matches(event) && page.push(event) === limit) return page
        }
      }
      return page
    }),
    get: (id) => withStoreErrors(async () => await find(id) ?? null),
    forgetBefore: (before) => withStoreErrors(async () => {
      let gone = 0
      for (const day of await dayNames()) {
        if (day >= before) continue
        gone += (await readDay(day)).events.count()
        days.delete(day)
        await unlinkIfThere(fs, pathOf(day))
      }
      if (gone > 0) await syncFolder(fs, folder)
      return gone
    }),
    async close () { await writing }
  }
}
