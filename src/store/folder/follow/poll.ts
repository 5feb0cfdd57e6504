import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../../../system-error.ts'

/** Times of folders may be this coarse: within it, a folder can change and keep its time. */
const TIME_GRAIN_MS = 2_000
/** At the start, a folder that did not change for so long is taken as settled, even if its clock is another one. */
const SETTLED_MS = 60_000

interface Look {
  /**
   * Distinguishes a folder from a later one of this name: inode number and time of birth, as inode numbers are soon
   * reused.
   */
  identity: string
  /** Both times: copying tools set the one back, and only the other tells. */
  times: string
  changedMs: number
}

interface Seen extends Look {
  /** When these times were first seen, by our own clock. */
  sinceMs: number
  /** A listing was made after the time could not change unseen any more. */
  settled: boolean
}

/** Looks for folders that changed, at intervals. */
export interface FolderPoll {
  /** Takes the folders as they are now for known; call it before their files are read. */
  snapshot (): Promise<void>
  /** Looks from now on, at this interval. */
  begin (intervalMs: number): void
  close (): Promise<void>
}

/**
 * Lists a folder again when its time changed; besides, one folder each round, in turn, for files that were written in
 * place where there are no notifications: that leaves the folder's time as it was.
 */
export function createFolderPoll ({ root, folders, statFolder, list, isDue, onReplaced }: {
  root: string
  folders: readonly string[]
  statFolder: (path: string) => Stats | Promise<Stats>
  /** Compares the folder with what is known. Must not reject. */
  list: (folder: string) => Promise<void>
  /** Whether a sub-folder is to be listed in any case. */
  isDue: (folder: string) => boolean
  /** Another folder has this name now: notifications of the old one mean nothing. '' is the root. */
  onReplaced: (folder: string) => void
}): FolderPoll {
  const seen = new Map<string, Seen>()
  let turn = 0
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let intervalMs = 0
  let round = Promise.resolve()

  /** Opening makes a network file system ask its server, where a mere stat may be answered from a cache. */
  async function look (folder: string): Promise<Look> {
    try {
      const { ino, birthtimeMs, mtimeMs, ctimeMs } = await statFolder(join(root, folder))
      return {
        identity: `${ino}.${birthtimeMs}`,
        times: `${mtimeMs}.${ctimeMs}`,
        changedMs: Math.max(mtimeMs, ctimeMs)
      }
    } catch (err) {
      // Gone is a state like any other.
      return { identity: '', times: errorCode(err) ?? 'unknown', changedMs: 0 }
    }
  }

  async function check (folder: string, due: boolean): Promise<void> {
    const now = performance.now()
    const found = await look(folder)
    const before = seen.get(folder)
    const same = before !== undefined && before.identity === found.identity && before.times === found.times
    const sinceMs = same ? before.sinceMs : now
    seen.set(folder, { ...found, sinceMs, settled: same && (before.settled || now - sinceMs > TIME_GRAIN_MS) })
    if (before && before.identity !== found.identity) onReplaced(folder)
    if (folder !== '' && (due || !same || !before.settled)) await list(folder)
  }

  async function checkAll (): Promise<void> {
    turn = (turn + 1) % folders.length
    for (const folder of ['', ...folders]) {
      if (closed) return
      await check(folder, folder === folders[turn] || isDue(folder))
    }
  }

  function schedule (): void {
    clearTimeout(timer)
    if (closed) return
    timer = setTimeout(() => { round = round.then(checkAll).then(schedule) }, intervalMs).unref()
  }

  return {
    async snapshot () {
      for (const folder of ['', ...folders]) {
        const found = await look(folder)
        seen.set(folder, { ...found, sinceMs: performance.now(), settled: Date.now() - found.changedMs > SETTLED_MS })
      }
    },
    begin (ms) {
      intervalMs = ms
      schedule()
    },
    async close () {
      closed = true
      clearTimeout(timer)
      await round
    }
  }
}
