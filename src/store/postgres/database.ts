import pg from 'pg'
import { ConfigError } from '../../config.ts'
import { errorCode, reasonOf } from '../../system-error.ts'

const CONNECT_MS_MAX = 5_000
/** For each answer of the database; a connection that is dead without saying so is given up after this. */
const QUERY_MS_MAX = 12_000
/** Changes wait for one another at the change counter: more connections would not make them faster. */
const CONNECTIONS_MAX = 4
const CLOSE_MS_MAX = 1_000

/** How to reach one database. */
export interface Database {
  /** Host, port and database, for people; never the password. */
  readonly name: string
  /** Connections for single statements and short transactions. */
  readonly pool: pg.Pool
  /** A connection for listening, outside the pool; end it by {@link endConnections}. */
  connect (options?: { queryMsMax: number }): Promise<pg.Client>
}

/** Connects to nothing yet. Throws {@link ConfigError}, without the address, if `url` cannot be understood. */
export function createDatabase (url: string): Database {
  const settings = {
    connectionString: url,
    fallback_application_name: 'face-recognition-server',
    connectionTimeoutMillis: CONNECT_MS_MAX,
    query_timeout: QUERY_MS_MAX,
    keepAlive: true
  }
  let name
  try {
    const { host, port, database } = new pg.Client(settings)
    name = `${host}:${port}/${database}`
  } catch (err) {
    if (errorCode(err)) throw new ConfigError(`A file that DATABASE_URL names cannot be read: ${reasonOf(err)}`)
    // The parser's error holds the address with the password.
    throw new ConfigError(
      'DATABASE_URL is not allowed: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, special characters as %XX'
    )
  }
  const pool = new pg.Pool({ ...settings, max: CONNECTIONS_MAX })
  pool.on('error', () => {}) // An idle connection broke: the pool makes another one.
  // So does one in use: its statement fails, which is enough.
  pool.on('connect', (client) => client.on('error', () => {}))

  return {
    name,
    pool,
    async connect ({ queryMsMax } = { queryMsMax: QUERY_MS_MAX }) {
      const client = new pg.Client({ ...settings, query_timeout: queryMsMax })
      client.on('error', () => {}) // The next statement fails, too.
      await client.connect()
      return client
    }
  }
}

/** Says goodbye to the database; does not wait long for one that does not answer. */
export async function endConnections (connections: pg.Pool | pg.Client): Promise<void> {
  let timer
  const enough = new Promise<void>((resolve) => { timer = setTimeout(resolve, CLOSE_MS_MAX) })
  await Promise.race([connections.end(), enough]).catch(() => {})
  clearTimeout(timer)
}
