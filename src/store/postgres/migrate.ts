import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { MigrationBuilder } from 'node-pg-migrate'
import { isLack } from './database-error.ts'
import { endConnections, type Database } from './database.ts'

/** Long enough for a large table, and for another server's migrations, which are waited for. */
const MIGRATION_MS_MAX = 100_000
/** Any number that nobody else uses in this database. */
const LOCK = 20_261_123_001

/** Brings the tables up to date. Servers that start at the same time take turns, where the engine has advisory locks. */
export async function migrate (database: Database): Promise<void> {
  const client = await database.connect({ queryMsMax: MIGRATION_MS_MAX })
  try {
    // Held until the connection ends.
    await client.query(`SELECT pg_advisory_lock(${LOCK})`).catch((err: unknown) => { if (!isLack(err)) throw err })
    const { rows: [here] } = await client.query<{ schema: string | null }>('SELECT current_schema() AS schema')
    // Loaded here because who keeps files does not need it.
    const { runner } = await import('node-pg-migrate')
    await runner({
      dbClient: client,
      dir: join(import.meta.dirname, 'migrations'),
      ignorePattern: String.raw`.*\.map`,
      // The default one would compile them, and keep the result where others may write.
      migrationLoaderStrategies: [{ extensions: ['.js', '.ts'], loader: importAll }],
      direction: 'up',
      migrationsTable: 'face_migrations',
      migrationsSchema: here?.schema ?? 'public',
      noLock: true,
      log: () => {}
    })
  } finally {
    await endConnections(client)
  }
}

/** What a file in `migrations/` exports. */
interface Migration {
  up: (pgm: MigrationBuilder) => void
  down: false
}

async function importAll (paths: string[]): Promise<Array<{ id: string, filePaths: string[], actions: Migration }>> {
  return await Promise.all(paths.map(async (path) => (
    { id: path, filePaths: [path], actions: await import(pathToFileURL(path).href) as Migration }
  )))
}
