import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { errorCode } from '../../system-error.ts'
import { FILE_MODE, type FileSystem } from './file-system.ts'
import { userTag, type DataFolder } from './layout.ts'

/** Claimed by the process that registers somebody; no user's claim has such a name. */
export const REGISTRATION = 'registration'
/** Enough of a user's tag to find the file among a few, and too little to tell the user. */
const MARK_CHARACTERS = 4
/** A process that has missed more looks at every folder. */
const MARKS_MAX = 256
const CONTENT = /^([0-9a-f]{16}) (\d{1,15})((?: [0-9a-f]{4})*)\n$/

interface Content { id: string, count: number, marks: string[] }

const newId = (): string => randomBytes(8).toString('hex')

/** Whether the file of this user may be meant by the mark. */
export const isMarked = (key: string, mark: string): boolean => userTag(key).startsWith(mark)

/** Who was registered lately, by any process, so that the others can look before they register somebody. */
export interface RegistrationLog {
  /** Marks of the users registered since the last call, without those of this process; null if that cannot be said. */
  news (): Promise<string[] | null>
  /** Adds a user who is about to be registered; call `news` before, under the same claim. */
  add (key: string): Promise<void>
}

/** There is no such file: nobody was registered since the folder was made. */
const NONE: Content = { id: '', count: 0, marks: [] }

/** A small file beside the claims. It need not survive a crash: without it everything is looked at. */
export function createRegistrationLog (fs: FileSystem, { locks }: DataFolder): RegistrationLog {
  const path = join(locks, 'registrations')
  /** As last read or written. A file that is made anew has another id; the count is of all that were ever added. */
  let known: Content = { ...NONE, id: 'not read yet' }

  async function read (): Promise<Content> {
    let handle
    try {
      handle = await fs.open(path, 'r')
    } catch (err) {
      if (errorCode(err) === 'ENOENT') return NONE
      throw err
    }
    try {
      const [, id, count, marks] = CONTENT.exec(await handle.readFile('latin1')) ?? []
      // A process that was killed may have left half of it.
      if (id === undefined) return { ...NONE, id: newId() }
      return { id, count: Number(count), marks: marks?.trim().split(' ').filter(Boolean) ?? [] }
    } finally {
      await handle.close()
    }
  }

  return {
    async news () {
      const found = await read()
      const missed = found.id === known.id || known === NONE ? found.count - known.count : Infinity
      known = found
      return missed <= found.marks.length ? found.marks.slice(found.marks.length - missed) : null
    },
    async add (key) {
      const after = {
        id: known.id || newId(),
        count: known.count + 1,
        marks: [...known.marks, userTag(key).slice(0, MARK_CHARACTERS)].slice(-MARKS_MAX)
      }
      const handle = await fs.open(path, 'w', FILE_MODE)
      try {
        await handle.writeFile(`${[after.id, after.count, ...after.marks].join(' ')}\n`)
      } finally {
        await handle.close()
      }
      known = after
    }
  }
}
