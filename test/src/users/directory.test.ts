import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createDirectory, foldText, ORDERS, type Directory, type DirectoryEntry, type DirectoryQuery, type Order
} from '../../../src/users/directory.ts'
import type { UserRecord } from '../../../src/store/encoding-store.ts'
import { seeded, type Random } from '../../support/seeded.ts'

const NAMES = ['Ayu', 'Budi', 'Élodie', 'elodie', 'ZOË', 'Łukasz', 'Nguyễn Thị', '王小明', 'İpek']
const GROUPS = ['day', 'night', 'school 3']
const NOW = Date.now()

const iso = (time: number): string => new Date(time).toISOString()

function randomKey (random: Random, people: number): string {
  const number = random.below(people)
  return number % 3 === 0 ? `User.${number}@x` : number % 3 === 1 ? String(number * 997) : `00${number}`
}

function randomRecord (random: Random, key: string): UserRecord {
  return {
    userId: /^[1-9]\d*$/.test(key) && random() < 0.5 ? Number(key) : key,
    updatedAt: iso(NOW - random.below(50) * 1000),
    encodings: [],
    ...random() < 0.7 && { displayName: `${random.of(NAMES)} ${random.below(20)}` },
    ...random() < 0.6 && { groups: GROUPS.filter(() => random() < 0.5) },
    ...random() < 0.3 && { validFrom: iso(NOW + (random() - 0.5) * 1e9) },
    ...random() < 0.3 && { validUntil: iso(NOW + (random() - 0.5) * 1e9) }
  }
}

/** All pages of a query; `between` is called after each. */
function walk (
  directory: Directory, query: Omit<DirectoryQuery, 'after'>, between: () => void = () => {}
): DirectoryEntry[] {
  const users: DirectoryEntry[] = []
  for (let after: DirectoryQuery['after']; ;) {
    const page = directory.page({ ...query, after })
    assert.ok(page.users.length <= query.limit)
    users.push(...page.users)
    if (!page.next) return users
    // As a cursor would bring it back: the place alone.
    const { key, isNumber, sortName, updatedAt } = page.next
    after = { key, isNumber, sortName, updatedAt }
    between()
  }
}

/** What the order goes by, as texts that sort like it. */
function obviousKeys (order: Order, key: string, { displayName, updatedAt }: UserRecord): string[] {
  const id = /^(0|[1-9]\d*)$/.test(key) ? `0${key.padStart(70, '0')}` : `1${key}`
  if (order === 'id') return [id]
  if (order === 'updated') return [updatedAt, id]
  return [displayName === undefined ? '1' : `0${foldText(displayName)}`, id]
}

function obviousOrder (order: Order, records: ReadonlyMap<string, UserRecord>): string[] {
  return [...records].map(([key, record]) => ({ key, by: obviousKeys(order, key, record) })).sort((one, other) => {
    const at = one.by.findIndex((text, i) => text !== other.by[i])
    return one.by[at]! < other.by[at]! ? -1 : 1
  }).map(({ key }) => key)
}

/** The same changes for both. */
function change (random: Random, directory: Directory, records: Map<string, UserRecord>, people: number): string {
  const key = randomKey(random, people)
  const record = random() < 0.3 ? null : randomRecord(random, key)
  if (record) records.set(key, record)
  else records.delete(key)
  directory.apply({ key, record })
  return key
}

test('the directory lists everybody in each order, forwards and backwards, as sorting all of them would', (t) => {
  const random = seeded(t)
  const directory = createDirectory()
  const records = new Map<string, UserRecord>()
  for (let i = 0; i < 4000; i++) change(random, directory, records, 3000)
  directory.sort()
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 1500; i++) change(random, directory, records, 3000)
    for (const order of ORDERS) {
      const expected = obviousOrder(order, records)
      const limit = 1 + random.below(700)
      const keys = (descending: boolean): string[] =>
        walk(directory, { order, descending, limit }).map(({ key }) => key)
      assert.deepEqual(keys(false), expected, order)
      assert.deepEqual(keys(true), expected.toReversed(), order)
    }
  }
  for (const [key, record] of records) {
    const entry = directory.get(key)
    assert.equal(entry?.userId, record.userId)
    assert.equal(entry?.displayName, record.displayName ?? null)
  }
  for (const key of records.keys()) directory.apply({ key, record: null })
  for (const order of ORDERS) assert.deepEqual(walk(directory, { order, descending: false, limit: 10 }), [])
  assert.equal(directory.get('0'), undefined)
})

test('paging while users come, go and change misses nobody who was there throughout, and lists nobody twice', (t) => {
  const random = seeded(t)
  for (let round = 0; round < 60; round++) {
    const order = ORDERS[round % 3]!
    const directory = createDirectory()
    const records = new Map<string, UserRecord>()
    const people = 1 + random.below(1500)
    for (let i = 0; i < people; i++) change(random, directory, records, people)
    const untouched = new Set(records.keys())
    const throughout = new Set(records.keys())
    const listed = walk(directory, { order, descending: random() < 0.5, limit: 1 + random.below(50) }, () => {
      for (let i = random.below(20); i > 0; i--) {
        const key = change(random, directory, records, people)
        untouched.delete(key)
        if (!records.has(key)) throughout.delete(key)
      }
    }).map(({ key }) => key)
    const times = new Map<string, number>()
    for (const key of listed) times.set(key, (times.get(key) ?? 0) + 1)
    // A name or a time that changes moves its user to another place; an id never changes.
    const certain = order === 'id' ? throughout : untouched
    for (const key of certain) assert.equal(times.get(key), 1, `${order}: ${key}`)
    if (order === 'id') assert.equal(times.size, listed.length, 'somebody was listed twice')
  }
})

test('each filter lists whom it should, alone and with others', (t) => {
  const random = seeded(t)
  const directory = createDirectory()
  const records = new Map<string, UserRecord>()
  for (let i = 0; i < 500; i++) change(random, directory, records, 400)
  const list = (query: Partial<DirectoryQuery>): string[] =>
    walk(directory, { order: 'id', descending: false, limit: 30, ...query }).map(({ key }) => key)
  const expected = (isWanted: (record: UserRecord, key: string) => boolean | undefined): string[] =>
    obviousOrder('id', records).filter((key) => isWanted(records.get(key)!, key))
  const before = ({ validFrom }: UserRecord): boolean => validFrom !== undefined && Date.parse(validFrom) > NOW
  const after = ({ validUntil }: UserRecord): boolean => validUntil !== undefined && Date.parse(validUntil) <= NOW

  assert.deepEqual(list({ group: 'night' }), expected(({ groups }) => groups?.includes('night')))
  assert.deepEqual(list({ validity: 'expired' }), expected(after))
  assert.deepEqual(list({ validity: 'not_yet' }), expected((user) => before(user) && !after(user)))
  assert.deepEqual(list({ validity: 'valid' }), expected((user) => !before(user) && !after(user)))
  assert.deepEqual(list({ updatedSince: NOW - 9000 }), expected(({ updatedAt }) => updatedAt >= iso(NOW - 9000)))
  assert.deepEqual(list({ text: 'ELODIE' }), expected(({ displayName }) => /elodie|Élodie/.test(displayName ?? '')))
  assert.deepEqual(list({ text: 'nguyen thi' }), expected(({ displayName }) => displayName?.startsWith('Nguyễn')))
  assert.deepEqual(list({ text: 'uSER.3' }), expected((_, key) => key.startsWith('User.3')))
  assert.deepEqual(
    list({ group: 'day', validity: 'valid', text: '1' }),
    expected((user, key) => user.groups?.includes('day') && !before(user) && !after(user) &&
      (key.includes('1') || user.displayName?.includes('1')))
  )
  assert.deepEqual(list({ group: 'nobody' }), [])
})

test('a page that had to look at very many users ends early and goes on with the next', () => {
  const directory = createDirectory()
  for (let i = 0; i < 120_000; i++) {
    const displayName = i === 110_000 ? 'The one' : 'Another'
    directory.apply({ key: String(i), record: { userId: i, updatedAt: iso(NOW), encodings: [], displayName } })
  }
  const query = { order: 'id', descending: false, limit: 10, text: 'the one' } as const
  assert.deepEqual(directory.page(query), { users: [], next: directory.get('24999') })
  assert.deepEqual(walk(directory, query).map(({ key }) => key), ['110000'])
})
