import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from './listening.ts'

const PASSWORD = 'p4ss:w@rd/never-logged'
const execute = promisify(execFile)
const DEBIAN = '/usr/lib/postgresql'

/** Where PostgreSQL's programs are, the newest first; undefined if it is not installed. */
const BINARIES = [
  ...existsSync(DEBIAN)
    ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, 'bin'))
    : [],
  ...(process.env['PATH'] ?? '').split(delimiter)
].find((dir) => existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'postgres')))

/** Why there is no PostgreSQL here, or false when there is. */
export const WITHOUT_POSTGRES: string | false = BINARIES === undefined &&
  'PostgreSQL is not installed (Debian: apt-get install postgresql)'

/** A PostgreSQL of one's own: loopback only, a free port, a temporary folder. */
export interface Cluster {
  /** A new, empty database of a user with no other rights; the address to connect to it. */
  createDatabase (): Promise<string>
  /** Takes encrypted connections, too, from now on; the file with the certificate. Needs `openssl`. */
  enableTls (): Promise<string>
  /** Ends at once, as if the machine had crashed. */
  crash (): Promise<void>
  /** Starts again after a crash, at the same address. */
  start (): Promise<void>
  /** Ends and is gone. */
  remove (): Promise<void>
  /** Runs one of PostgreSQL's client programs; throws unless it succeeds. */
  run (program: string, ...args: string[]): Promise<unknown>
  readonly password: string
}

/** PostgreSQL refuses to run as root. */
function unprivileged (): { uid: number, gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Makes and starts a cluster; it ends with this process at the latest. */
export async function startCluster (): Promise<Cluster> {
  const owner = unprivileged()
  const dir = await mkdtemp(join(tmpdir(), 'face-postgres-'))
  const passwordFile = join(dir, 'password')
  await writeFile(passwordFile, PASSWORD)
  for (const path of [dir, passwordFile]) if (owner) await chown(path, owner.uid, owner.gid)
  const data = join(dir, 'data')
  const program = (name: string): string => join(BINARIES ?? '', name)
  await execute(program('initdb'), [
    '--pgdata', data, '--username', 'admin', '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--encoding', 'UTF8',
    '--locale', 'C', '--no-sync'
  ], { ...owner, cwd: tmpdir() })

  const port = await freePort()
  const url = (user: string, database: string): string =>
    `postgres://${user}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`
  const asAdmin = (text: string): Promise<unknown> => queryOnce(url('admin', 'postgres'), text)
  let server: ChildProcess | undefined
  let databases = 0

  async function stop (signal: NodeJS.Signals): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill(signal)
    await ended
  }

  async function start (): Promise<void> {
    const options = [
      'listen_addresses=127.0.0.1', `unix_socket_directories=${dir}`, 'fsync=off', 'shared_buffers=16MB',
      'max_connections=100'
    ].flatMap((setting) => ['-c', setting])
    const child = server = spawn(program('postgres'), ['-D', data, '-p', String(port), ...options], {
      ...owner, cwd: tmpdir(), stdio: ['ignore', 'ignore', 'pipe']
    })
    let log = ''
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk) => {
        log = (log + String(chunk)).slice(-10_000)
        if (log.includes('ready to accept connections')) resolve()
      })
      child.once('exit', () => reject(new Error(`PostgreSQL has ended: ${log}`)))
    })
  }

  const killed = (): void => { server?.kill('SIGKILL') }
  process.once('exit', killed)
  await start()
  await asAdmin(`CREATE ROLE face LOGIN PASSWORD '${PASSWORD}'`)

  return {
    async createDatabase () {
      const name = `faces_${++databases}`
      await asAdmin(`CREATE DATABASE ${name} OWNER face`)
      return url('face', name)
    },
    async enableTls () {
      const files = { certificate: join(dir, 'server.crt'), key: join(dir, 'server.key') }
      await execute('openssl', [
        'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=test', '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-out', files.certificate, '-keyout', files.key
      ], { ...owner, cwd: tmpdir() })
      for (const [name, value] of [['ssl_cert_file', files.certificate], ['ssl_key_file', files.key], ['ssl', 'on']]) {
        await asAdmin(`ALTER SYSTEM SET ${name} = '${value}'`)
      }
      await asAdmin('SELECT pg_reload_conf()')
      return files.certificate
    },
    crash: () => stop('SIGQUIT'),
    start,
    async remove () {
      await stop('SIGQUIT')
      process.off('exit', killed)
      await rm(dir, { recursive: true, force: true })
    },
    run: (name, ...args) => execute(program(name), args),
    password: PASSWORD
  }
}

/** Runs one statement on a connection of its own. */
export async function queryOnce<Row extends pg.QueryResultRow> (
  url: string, text: string, values: unknown[] = []
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text, values)).rows
  } finally {
    await client.end()
  }
}
