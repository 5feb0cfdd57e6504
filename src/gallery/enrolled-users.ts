import type { UserId } from '../store/encoding-store.ts'
import type { LinkedRows } from './gallery-matrix.ts'
import type { Membership } from './groups.ts'
import type { Terms } from './terms.ts'

/** What the gallery knows of somebody. */
export interface Enrolled {
  /** Never used again: a search that is under way may still tell an old one. */
  number: number
  userId: UserId
  /** Which kind of the two it is that is compared. */
  part: Membership['part']
  /** Of the encodings that are compared, and of their centre. */
  rows: LinkedRows
  encodings: number
  compared: number
  terms: Terms | null
}

/** Everybody enrolled, by key and by number. What is read is a copy. */
export interface EnrolledUsers {
  count (): number
  /** A number that nobody has had. */
  nextNumber (): number
  get (key: string): Enrolled | undefined
  at (number: number): Enrolled | undefined
  set (key: string, user: Enrolled): void
  delete (key: string): void
  /** By their numbers. */
  values (): IterableIterator<Enrolled>
}

/** Of the words that each number has. */
const [ROWS, ENCODINGS, COMPARED, FLAGS, WORDS] = [0, 1, 2, 3, 4]
const IS_PREVIOUS = 1
const IS_NUMERIC = 2

/** So many users to a block: an array for all would be copied whenever it grows. */
const BLOCK_USERS = 4_096

/** Users with numbers one after the other. */
interface Block {
  keys: Array<string | undefined>
  words: Int32Array
}

/** Has nobody at first. Numbers in an array take half of the memory that an object for each user would. */
export function createEnrolledUsers (): EnrolledUsers {
  const numbers = new Map<string, number>()
  const blocks: Block[] = []
  /** The first one is nobody's. */
  let numbersUsed = 1
  /** Of the few who have some. */
  const terms = new Map<number, Terms>()

  function at (number: number): Enrolled | undefined {
    const { keys, words } = blocks[Math.floor(number / BLOCK_USERS)] ?? {}
    const place = number % BLOCK_USERS
    const key = keys?.[place]
    if (!words || key === undefined) return undefined
    const word = place * WORDS
    const flags = words[word + FLAGS]!
    return {
      number,
      userId: flags & IS_NUMERIC ? Number(key) : key,
      part: flags & IS_PREVIOUS ? 'previous' : 'present',
      rows: words[word + ROWS]!,
      encodings: words[word + ENCODINGS]!,
      compared: words[word + COMPARED]!,
      terms: terms.get(number) ?? null
    }
  }

  return {
    count: () => numbers.size,
    nextNumber: () => numbersUsed,
    get: (key) => at(numbers.get(key) ?? 0),
    at,
    set (key, user) {
      const { keys, words } = blocks[Math.floor(user.number / BLOCK_USERS)] ??= {
        keys: new Array<string | undefined>(BLOCK_USERS), words: new Int32Array(BLOCK_USERS * WORDS)
      }
      const place = user.number % BLOCK_USERS
      const word = place * WORDS
      numbersUsed = Math.max(numbersUsed, user.number + 1)
      if (keys[place] === undefined) numbers.set(key, user.number)
      keys[place] = key
      words[word + ROWS] = user.rows
      words[word + ENCODINGS] = user.encodings
      words[word + COMPARED] = user.compared
      words[word + FLAGS] =
        (user.part === 'previous' ? IS_PREVIOUS : 0) | (typeof user.userId === 'number' ? IS_NUMERIC : 0)
      if (user.terms) terms.set(user.number, user.terms)
      else terms.delete(user.number)
    },
    delete (key) {
      const number = numbers.get(key)
      if (number === undefined) return
      numbers.delete(key)
      blocks[Math.floor(number / BLOCK_USERS)]!.keys[number % BLOCK_USERS] = undefined
      terms.delete(number)
    },
    * values () {
      for (let number = 1; number < numbersUsed; number++) {
        const user = at(number)
        if (user) yield user
      }
    }
  }
}
