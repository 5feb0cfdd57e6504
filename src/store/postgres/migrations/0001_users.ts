import type { MigrationBuilder } from 'node-pg-migrate'

/** Plain SQL that every engine with PostgreSQL's protocol has: no triggers, sequences, extensions or large objects. */
export function up (pgm: MigrationBuilder): void {
  // One row per user. Deleted ones stay for a while without record, so that whoever follows the versions hears of it.
  // The order of letters of a locale may change with the operating system, and would break the index.
  pgm.sql(`CREATE TABLE face_users (
    key text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    record bytea
  )`)
  pgm.sql('CREATE INDEX face_users_version ON face_users (version)')
  // One row: the newest version, and the newest one of the deleted users that are forgotten.
  pgm.sql(`CREATE TABLE face_feed (
    id integer PRIMARY KEY CHECK (id = 1),
    version bigint NOT NULL,
    pruned bigint NOT NULL
  )`)
  pgm.sql('INSERT INTO face_feed (id, version, pruned) VALUES (1, 0, 0)')
}

/** A step back would lose encodings. */
export const down = false
