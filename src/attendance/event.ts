import { crc32 } from 'node:zlib'
import type { UserId } from '../store/encoding-store.ts'
import { isUserKey } from '../store/user-key.ts'

export type Direction = 'in' | 'out'

/** How the server came to know of a passage. */
export const SOURCES = ['recognition', 'offline', 'claim', 'manual'] as const
export type Source = typeof SOURCES[number]

/** What an administrator has decided about an event; a `replaced` one stands corrected by another. */
export const DECISIONS = ['confirmed', 'rejected', 'replaced'] as const
export type Decision = typeof DECISIONS[number]

/** Who decided, why and when; `at` is ISO 8601. */
export interface Ruling {
  decision: Decision
  by: string
  at: string
  reason?: string
}

/** Somebody passed a door, as it was recorded: a fact that is never changed. */
export interface Passage {
  /** Begins with the day of `at` in UTC, by which it is found again: see {@link eventId}. */
  id: string
  userId: UserId
  /** Milliseconds since 1970, by the clock of the kiosk. */
  at: number
  recordedAt: number
  direction: Direction
  source: Source
  /** The person was not recognised and gave a number: it waits for a decision. */
  isToBeConfirmed?: boolean
  kiosk?: string
  /** 0..1 */
  confidence?: number
  /** 0..1 */
  quality?: number
  /** Id of the event that this one corrects. */
  replaces?: string
  /** Who entered it by hand, and why. */
  by?: string
  reason?: string
}

/** What is appended: a passage, or a decision about one. */
export type Fact = { type: 'passage', passage: Passage } | { type: 'ruling', of: string, ruling: Ruling }

/** A passage and what was decided about it, the last decision counting. */
export interface AttendanceEvent extends Passage {
  rulings: readonly Ruling[]
}

export const EVENT_STATES = ['recorded', 'to_be_confirmed', 'confirmed', 'rejected', 'replaced'] as const
export type EventState = typeof EVENT_STATES[number]

/** What an event counts as now. */
export function stateOf ({ isToBeConfirmed, rulings }: AttendanceEvent): EventState {
  return rulings.at(-1)?.decision ?? (isToBeConfirmed ? 'to_be_confirmed' : 'recorded')
}

/** Whether the event counts for hours and presence. */
export function counts (event: AttendanceEvent): boolean {
  const state = stateOf(event)
  return state === 'recorded' || state === 'confirmed'
}

/** The day of a moment in UTC, `YYYY-MM-DD`: events are filed by it. */
export const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10)

const EVENT_ID = /^(\d{4})(\d\d)(\d\d)-[A-Za-z0-9_-]{8,64}$/

/** The id of what a kiosk, or this server, called `tag`, such as a UUID; the same for the same moment. */
export const eventId = (at: number, tag: string): string => `${utcDay(at).replaceAll('-', '')}-${tag}`

/** What the kiosk called the event. */
export const tagOf = (id: string): string => id.slice(id.indexOf('-') + 1)

/** The day of an event in UTC, by its id; null for what is no id. */
export function dayOfEvent (id: string): string | null {
  const [, year, month, day] = EVENT_ID.exec(id) ?? []
  return year === undefined ? null : `${year}-${month}-${day}`
}

/** A fact as a line of text, without line feed: CRC-32 in hexadecimal, and JSON. */
export function factToLine (fact: Fact): string {
  const json = JSON.stringify(fact)
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}`
}

const SUM_CHARACTERS = 9

/** Reads a line; null for one that is damaged, or that a newer server wrote. */
export function lineToFact (line: string): Fact | null {
  const json = line.slice(SUM_CHARACTERS)
  if (line !== `${crc32(json).toString(16).padStart(8, '0')} ${json}`) return null
  let fact: Fact
  try {
    fact = JSON.parse(json) as Fact
  } catch {
    return null
  }
  if (fact.type === 'ruling') return DECISIONS.includes(fact.ruling.decision) ? fact : null
  return fact.type === 'passage' && isUserKey(String(fact.passage.userId)) ? fact : null
}
