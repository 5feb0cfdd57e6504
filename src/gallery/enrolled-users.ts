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

/** Has nobody at first. Numbers in an array take half of the memory that an object for each user would. */
export function createEnrolledUsers (): EnrolledUsers {
  const numbers = new Map<string, number>()
  /** By number. */
  const keys: Array<string | undefined> = [undefined]
  let words = new Int32Array(WORDS)
  /** Of the few who have some. */
  const terms = new Map<number, Terms>()

  function at (number: number): Enrolled | undefined {
    const key = keys[number]
    if (key === undefined) return undefined
    const word = number * WORDS
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
    nextNumber: () => keys.length,
    get: (key) => at(numbers.get(key) ?? 0),
    at,
    set (key, user) {
      const word = user.number * WORDS
      if (words.length < word + WORDS) {
        const larger = new Int32Array(Math.ceil(1.5 * (word + WORDS)))
        larger.set(words)
        words = larger
      }
      if (!numbers.has(key)) numbers.set(key, user.number)
      keys[user.number] = key
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
      keys[number] = undefined
      terms.delete(number)
    },
    * values () {
      for (let number = 1; number < keys.length; number++) {
        const user = at(number)
        if (user) yield user
      }
    }
  }
}
