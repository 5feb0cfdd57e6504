import { createListeners, type StoreChange } from '../encoding-store.ts'
import type { OnStoreEvent } from '../store-event.ts'
import { userFolder } from './layout.ts'
import type { UserFile } from './read.ts'

/** Enough of a checksum to tell a user's contents apart. */
const SUM_CHARACTERS = 16

/**
 * What the listeners were told of each user: only marks of the file, not its content, so that a change is announced
 * once, no matter who made it and how often it is noticed.
 */
export interface KnownUsers {
  /** Tells the listeners if the user's file differs in content from what they were told. */
  accept (key: string, file: UserFile): void
  /** Whether the user's file was already seen in this very state. */
  isSeen (key: string, stat: string): boolean
  /** Whether it was seen in this very state and found not valid. */
  isSeenNotValid (key: string, stat: string): boolean
  /** Users of a sub-folder whose file was there at the last look, valid or not. */
  inFolder (folder: string): string[]
  /** Users announced and not gone. */
  count (): number
  onChange (listener: (change: StoreChange) => void): void
  /** No listener is called any more. */
  close (): void
}

/** Knows nobody at first. */
export function createKnownUsers (onEvent: OnStoreEvent): KnownUsers {
  /** By sub-folder, then key: `<stat>|<start of the checksum>`, the latter empty for a file that is not valid. */
  const folders = new Map<string, Map<string, string>>()
  const listeners = createListeners(onEvent)
  let users = 0

  function marksOf (key: string): Map<string, string> {
    const folder = userFolder(key)
    const marks = folders.get(folder) ?? new Map<string, string>()
    folders.set(folder, marks)
    return marks
  }

  return {
    accept (key, file) {
      const marks = marksOf(key)
      const before = marks.get(key)?.split('|')[1] ?? ''
      const sum = file.state === 'valid' ? file.sum.slice(0, SUM_CHARACTERS) : ''
      if (file.state === 'absent') marks.delete(key)
      // Joined, the text is kept as one piece; a template would keep all its parts, three times as large.
      else marks.set(key, [file.stat, sum].join('|'))
      if (sum === before) return
      if (before === '') users++
      if (sum === '') users--
      listeners.announce({ key, record: file.state === 'valid' ? file.record : null })
    },
    isSeen: (key, stat) => marksOf(key).get(key)?.split('|')[0] === stat,
    isSeenNotValid: (key, stat) => marksOf(key).get(key) === `${stat}|`,
    inFolder: (folder) => [...folders.get(folder)?.keys() ?? []],
    count: () => users,
    onChange: listeners.add,
    close: listeners.close
  }
}
