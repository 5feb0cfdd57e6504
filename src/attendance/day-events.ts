import { compareEvents, type Position } from './attendance-log.ts'
import type { AttendanceEvent, Fact } from './event.ts'

/** The events of a day, made of its facts. */
export interface DayEvents {
  /** Adds a fact; one that is there already, or a decision about an event that is not, changes nothing. */
  add (fact: Fact): void
  get (id: string): AttendanceEvent | undefined
  /** Of the user, in order. */
  ofUser (userKey: string): readonly AttendanceEvent[]
  /** In order, behind the position and of the user, if those are named. */
  after (position?: Position, userKey?: string): Iterable<AttendanceEvent>
  count (): number
}

/** Where an event belongs in a list that is in order. */
function placeOf (events: readonly AttendanceEvent[], position: Position): number {
  let low = 0
  let high = events.length
  // Nearly all of them come in order: the last place first.
  if (high > 0 && compareEvents(events[high - 1]!, position) < 0) return high
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareEvents(events[middle]!, position) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Empty at first. */
export function createDayEvents (): DayEvents {
  const byId = new Map<string, AttendanceEvent>()
  const byUser = new Map<string, AttendanceEvent[]>()
  const inOrder: AttendanceEvent[] = []

  function insert (events: AttendanceEvent[], event: AttendanceEvent): void {
    events.splice(placeOf(events, event), 0, event)
  }

  return {
    add (fact) {
      if (fact.type === 'ruling') {
        const event = byId.get(fact.of)
        if (event) event.rulings = [...event.rulings, fact.ruling]
        return
      }
      const { passage } = fact
      if (byId.has(passage.id)) return
      const event = { ...passage, rulings: [] }
      byId.set(event.id, event)
      insert(inOrder, event)
      const userKey = String(event.userId)
      const ofUser = byUser.get(userKey)
      if (ofUser) insert(ofUser, event)
      else byUser.set(userKey, [event])
    },
    get: (id) => byId.get(id),
    ofUser: (userKey) => byUser.get(userKey) ?? [],
    * after (position, userKey) {
      const events = userKey === undefined ? inOrder : byUser.get(userKey) ?? []
      let index = position ? placeOf(events, position) : 0
      if (position && events[index]?.id === position.id) index++
      for (; index < events.length; index++) yield events[index]!
    },
    count: () => byId.size
  }
}
