import type pg from 'pg'
import { withDatabaseErrors } from '../store/postgres/database-error.ts'
import { createDatabase, endConnections } from '../store/postgres/database.ts'
import { inRepeatedTransaction } from '../store/postgres/transaction.ts'
import type { AttendanceLog, EventRange, Scope, Seen } from './attendance-log.ts'
import type { AttendanceEvent, Fact } from './event.ts'

/** At most so many events in one answer of the database. */
const PAGE_ROWS = 1_000

interface Row { event: string }

const eventOf = ({ event }: Row): AttendanceEvent => JSON.parse(event) as AttendanceEvent

/** What came of a recording; a refusal is of the caller's and no failure of the database. */
type Outcome = { facts: Fact[] } | { refusal: unknown }

/**
 * An {@link AttendanceLog} in the table `face_attendance` of src/store/postgres/migrate.ts, a row for each event.
 * Throws `ConfigError` if `url` cannot be understood.
 */
export function createPostgresLog (url: string): AttendanceLog {
  const { pool } = createDatabase(url)

  async function see (client: pg.ClientBase, { userKey, from, until, ids }: Scope): Promise<Seen> {
    const { rows: ofUser } = await client.query<Row>(
      'SELECT event FROM face_attendance WHERE user_key = $1 AND at BETWEEN $2 AND $3 ORDER BY at, id',
      [userKey, from, until]
    )
    const { rows: named } = await client.query<Row>('SELECT event FROM face_attendance WHERE id = ANY($1)', [ids])
    return {
      events: ofUser.map(eventOf),
      byId: new Map(named.map(eventOf).map((event) => [event.id, event]))
    }
  }

  async function write (client: pg.ClientBase, fact: Fact): Promise<void> {
    if (fact.type === 'passage') {
      const { passage } = fact
      await client.query(
        'INSERT INTO face_attendance (id, user_key, at, event) VALUES ($1, $2, $3, $4)',
        [passage.id, String(passage.userId), passage.at, JSON.stringify({ ...passage, rulings: [] })]
      )
      return
    }
    const { rows: [row] } = await client.query<Row>('SELECT event FROM face_attendance WHERE id = $1', [fact.of])
    if (!row) return
    const event = eventOf(row)
    await client.query('UPDATE face_attendance SET event = $2 WHERE id = $1', [
      fact.of, JSON.stringify({ ...event, rulings: [...event.rulings, fact.ruling] })
    ])
  }

  async function append (client: pg.ClientBase, scope: Scope, make: (seen: Seen) => Fact[]): Promise<Outcome> {
    // Held until the end of the transaction: one recording after the other.
    await client.query('SELECT id FROM face_attendance_turn WHERE id = 1 FOR UPDATE')
    const seen = await see(client, scope)
    let facts
    try {
      facts = make(seen)
    } catch (refusal) {
      return { refusal }
    }
    for (const fact of facts) await write(client, fact)
    return { facts }
  }

  async function rowsOf ({ from, until, after, userKey }: EventRange): Promise<AttendanceEvent[]> {
    const { rows } = await withDatabaseErrors(() => pool.query<Row>(
      `SELECT event FROM face_attendance
       WHERE at >= $1 AND at < $2 AND (at, id) > ($3, $4) ${userKey === undefined ? '' : 'AND user_key = $5'}
       ORDER BY at, id LIMIT ${PAGE_ROWS}`,
      [from, until, after?.at ?? from, after?.id ?? '', ...userKey === undefined ? [] : [userKey]]
    ))
    return rows.map(eventOf)
  }

  return {
    async append (scope, make) {
      const outcome = await withDatabaseErrors(() => (
        inRepeatedTransaction(pool, (client) => append(client, scope, make))
      ))
      if ('refusal' in outcome) throw outcome.refusal
      return outcome.facts
    },
    async page (range, limit, matches) {
      const page: AttendanceEvent[] = []
      for (let { after } = range; ;) {
        const events = await rowsOf({ ...range, after })
        for (const event of events) if (matches(event) && page.push(event) === limit) return page
        after = events.at(-1)
        if (events.length < PAGE_ROWS) return page
      }
    },
    async get (id) {
      const { rows: [row] } = await withDatabaseErrors(() => (
        pool.query<Row>('SELECT event FROM face_attendance WHERE id = $1', [id])
      ))
      return row ? eventOf(row) : null
    },
    async forgetBefore (day) {
      const { rowCount } = await withDatabaseErrors(() => (
        pool.query('DELETE FROM face_attendance WHERE at < $1', [Date.parse(day)])
      ))
      return rowCount ?? 0
    },
    close: () => endConnections(pool)
  }
}
