import { isLack } from './database-error.ts'
import { endConnections, type Database } from './database.ts'

/** Long enough for a large table, and for another server's migrations, which are waited for. */
const MIGRATION_MS_MAX = 100_000
/** Any number that nobody else uses in this database. */
const LOCK = 20_261_123_001

/**
 * What made the tables, oldest first; one that was released is never changed. Plain SQL that every engine with
 * PostgreSQL's protocol has: no triggers, sequences, extensions or large objects.
 */
const MIGRATIONS: Readonly<Record<string, string>> = {
  // face_users has one row per user. Deleted ones stay for a while without record, so that followers of the versions
  // learn of it. The order of letters of a locale may change with the operating system, and would break the index.
  // face_feed has one row: the newest version, and the newest one of the deleted users that are forgotten.
  '0001_users': `
    CREATE TABLE face_users (
      key text COLLATE "C" PRIMARY KEY,
      version bigint NOT NULL,
      changed_at timestamptz NOT NULL,
      record bytea
    );
    CREATE INDEX face_users_version ON face_users (version);
    CREATE TABLE face_feed (
      id integer PRIMARY KEY CHECK (id = 1),
      version bigint NOT NULL,
      pruned bigint NOT NULL
    );
    INSERT INTO face_feed (id, version, pruned) VALUES (1, 0, 0)`,
  // face_documents_feed has one row: the version of the latest change of any document. Versions are random texts: two
  // histories of a database, as after a failover, never have one in common.
  '0002_documents': `
    CREATE TABLE face_documents (
      collection text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      version text NOT NULL,
      document bytea NOT NULL,
      PRIMARY KEY (collection, id)
    );
    CREATE TABLE face_documents_feed (
      id integer PRIMARY KEY CHECK (id = 1),
      version text NOT NULL
    );
    INSERT INTO face_documents_feed (id, version) VALUES (1, '')`,
  // The lines of src/audit, and the chain's end, which whoever appends locks.
  '0003_audit': `
    CREATE TABLE face_audit (
      seq bigint PRIMARY KEY,
      line text NOT NULL
    );
    CREATE TABLE face_audit_tail (
      id integer PRIMARY KEY CHECK (id = 1),
      tail text
    );
    INSERT INTO face_audit_tail (id) VALUES (1)`,
  // face_sightings_since has one row: the day, counted from 1970-01-01, since when there are sightings.
  '0004_sightings': `
    CREATE TABLE face_sightings (
      key text COLLATE "C" PRIMARY KEY,
      sighting bytea NOT NULL
    );
    CREATE TABLE face_sightings_since (
      id integer PRIMARY KEY CHECK (id = 1),
      since integer
    );
    INSERT INTO face_sightings_since (id, since) VALUES (1, NULL)`,
  // Requests with an Idempotency-Key, and what they were answered.
  '0005_requests': `
    CREATE TABLE face_requests (
      id text COLLATE "C" PRIMARY KEY,
      begun_at timestamptz NOT NULL,
      written_at timestamptz NOT NULL,
      content bytea NOT NULL
    );
    CREATE INDEX face_requests_begun_at ON face_requests (begun_at)`,
  // The events of src/attendance; who records locks the row of face_attendance_turn. Times are milliseconds since 1970.
  '0006_attendance': `
    CREATE TABLE face_attendance (
      id text COLLATE "C" PRIMARY KEY,
      user_key text COLLATE "C" NOT NULL,
      at bigint NOT NULL,
      event text NOT NULL
    );
    CREATE INDEX face_attendance_at ON face_attendance (at, id);
    CREATE INDEX face_attendance_user ON face_attendance (user_key, at, id);
    CREATE TABLE face_attendance_turn (
      id integer PRIMARY KEY CHECK (id = 1)
    );
    INSERT INTO face_attendance_turn (id) VALUES (1)`,
  // How often each process has seen a client within a window: rows of no use after two windows.
  '0007_counts': `
    CREATE TABLE face_counts (
      counter text COLLATE "C" NOT NULL,
      window_number bigint NOT NULL,
      source text COLLATE "C" NOT NULL,
      client text COLLATE "C" NOT NULL,
      count integer NOT NULL,
      PRIMARY KEY (counter, window_number, source, client)
    )`
}

/**
 * The table and its columns are those of node-pg-migrate, which version 2.0 uses. Looked up first: a role without the
 * right to create tables may still run a server.
 */
const APPLIED_THERE =
  "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'face_migrations'"
const CREATE_APPLIED =
  'CREATE TABLE face_migrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)'

/** Brings the tables up to date. Servers that start at the same time take turns if the engine has advisory locks. */
export async function migrate (database: Database): Promise<void> {
  const client = await database.connect({ queryMsMax: MIGRATION_MS_MAX })
  try {
    // Held until the connection ends.
    await client.query(`SELECT pg_advisory_lock(${LOCK})`).catch((err: unknown) => { if (!isLack(err)) throw err })
    if ((await client.query(APPLIED_THERE)).rows.length === 0) await client.query(CREATE_APPLIED)
    const { rows } = await client.query<{ name: string }>('SELECT name FROM face_migrations')
    const applied = new Set(rows.map(({ name }) => name))
    for (const [name, statements] of Object.entries(MIGRATIONS)) {
      if (applied.has(name)) continue
      await client.query('BEGIN')
      await client.query(statements)
      await client.query('INSERT INTO face_migrations (name, run_on) VALUES ($1, now())', [name])
      await client.query('COMMIT')
    }
  } finally {
    await endConnections(client)
  }
}
