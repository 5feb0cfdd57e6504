import { hash, randomBytes } from 'node:crypto'

/** At most so many clients are counted at once: whoever came first is forgotten first. */
const CLIENTS_MAX = 10_000
/** What one process tells at once. */
const TOLD_MAX = 1_000
/** Counts below this part of the limit are not told: of most clients nobody else needs to know. */
const TOLD_FROM = 1 / 20
const TAG_CHARACTERS = 22

/** What one process has counted of one client within a window. */
export interface Count {
  /** A hash of the client: addresses are told to nobody. */
  tag: string
  count: number
}

/** Counts of one process. */
export interface Counts {
  /** The counter's name. */
  counter: string
  /** Whose counts they are: another one in each process. */
  source: string
  /** The number of the window since 1970. */
  window: number
  counts: Count[]
}

/**
 * How many requests there were of each client within the last window, those of other processes included as far as they
 * are known here: each tells what it has counted itself, so that nothing is counted twice, however it gets here.
 */
export interface SharedCounter {
  readonly name: string
  /**
   * Counts one request more, unless that would be more than `max`. Returns the number with this one, and how long until
   * it can be less, or for one too many until there is room for one.
   */
  hit (client: string, max: number): { count: number, ttlMs: number }
  /** As `hit`, but counts nothing. */
  look (client: string, max: number): { count: number, ttlMs: number }
  /** What was counted here and is not told yet; at most a thousand clients. Null if there is nothing. */
  takeChanges (): Counts | null
  /** Takes in what another process has counted. */
  merge (counts: Counts): void
}

/** Of all other processes, by which of them. */
class Elsewhere {
  sum = 0
  readonly #bySource = new Map<string, number>()

  set (source: string, count: number): void {
    const before = this.#bySource.get(source) ?? 0
    if (count <= before) return
    this.#bySource.set(source, count)
    this.sum += count - before
  }
}

interface Client {
  tag: string
  own: number
  elsewhere: Elsewhere
}

interface Window {
  number: number
  clients: Map<string, Client>
  /** By tag: also of clients who have not been here. */
  elsewhere: Map<string, Elsewhere>
}

const emptyWindow = (number: number): Window => ({ number, clients: new Map(), elsewhere: new Map() })

function dropFirst (map: Map<string, unknown>): void {
  const [first] = map.keys()
  if (map.size > CLIENTS_MAX && first !== undefined) map.delete(first)
}

/**
 * Counts nothing at first. Windows have fixed ends, the same on all machines whose clocks agree; the share of the last
 * one that lies within `windowMs` from now counts as if its requests had been spread evenly.
 */
export function createSharedCounter ({ name, windowMs, now = Date.now }: {
  name: string, windowMs: number, now?: () => number
}): SharedCounter {
  const source = randomBytes(8).toString('hex')
  const untold = new Set<Client>()
  let present = emptyWindow(0)
  let last = emptyWindow(-1)

  /** The share of the present window that is over. */
  function advance (): number {
    const time = now() / windowMs
    const number = Math.floor(time)
    if (number !== present.number) {
      last = present.number === number - 1 ? present : emptyWindow(number - 1)
      present = emptyWindow(number)
      untold.clear()
    }
    return time - number
  }

  function elsewhereOf ({ elsewhere }: Window, tag: string): Elsewhere {
    let found = elsewhere.get(tag)
    if (!found) {
      elsewhere.set(tag, found = new Elsewhere())
      dropFirst(elsewhere)
    }
    return found
  }

  function clientOf (name: string): Client {
    let client = present.clients.get(name)
    if (!client) {
      const tag = hash('sha256', name, 'base64url').slice(0, TAG_CHARACTERS)
      present.clients.set(name, client = { tag, own: 0, elsewhere: elsewhereOf(present, tag) })
      dropFirst(present.clients)
    }
    return client
  }

  function lastOf (name: string, { tag }: Client): number {
    const client = last.clients.get(name)
    return client ? client.own + client.elsewhere.sum : last.elsewhere.get(tag)?.sum ?? 0
  }

  /** How long until one request more is not too many, after `share` of the window. */
  function waitMs (inPresent: number, inLast: number, share: number, max: number): number {
    const room = max - 1
    const untilShare = inPresent <= room ? 1 - (room - inPresent) / inLast : 2 - room / inPresent
    return Math.max(1, Math.ceil((untilShare - share) * windowMs))
  }

  function count (name: string, max: number, isHit: boolean): { count: number, ttlMs: number } {
    const share = advance()
    const client = clientOf(name)
    const inPresent = client.own + client.elsewhere.sum
    const inLast = lastOf(name, client)
    const used = inPresent + inLast * (1 - share)
    if (used + 1 > max) return { count: max + 1, ttlMs: waitMs(inPresent, inLast, share, max) }
    if (isHit) {
      client.own++
      if (client.own >= max * TOLD_FROM) untold.add(client)
    }
    return { count: Math.ceil(used) + 1, ttlMs: Math.ceil((1 - share) * windowMs) }
  }

  return {
    name,
    hit: (client, max) => count(client, max, true),
    look: (client, max) => count(client, max, false),
    takeChanges () {
      advance()
      if (untold.size === 0) return null
      const counts: Count[] = []
      for (const client of untold) {
        if (counts.length === TOLD_MAX) break
        counts.push({ tag: client.tag, count: client.own })
        untold.delete(client)
      }
      return { counter: name, source, window: present.number, counts }
    },
    merge ({ source: from, window, counts }) {
      if (from === source) return
      advance()
      const target = [present, last].find(({ number }) => number === window)
      if (!target) return
      for (const { tag, count } of counts) elsewhereOf(target, tag).set(from, count)
    }
  }
}
