import { parseArgs } from 'node:util'
import { UsageError } from './command-error.ts'

/** What the command was asked to do. Paths are as they were given. */
export type Command =
  | { name: 'rekey' }
  | { name: 'verify', server: string | undefined }
  | { name: 'export', file: string, plain: boolean }
  | { name: 'import', file: string, replace: boolean }
  | { name: 'purge', olderThanDays: number }
  | { name: 'copy', to: string }
  | { name: 'enroll', dir: string, report: string }

export const USAGE = `npm run store -- COMMAND, on the face data of the configuration, also while servers run

  rekey                    encrypt whatever is not encrypted with the first key of FACE_DATA_KEY
  verify [--server URL]    check every record and count; changes nothing; --server: also whether the server at this address
                           has exactly these encodings in memory
  export FILE [--plain]    save all users as lines of JSON, encrypted if there is a FACE_DATA_KEY; --plain: not encrypted
  import FILE [--replace]  add users of an export (.ndjson), or encodings of face_recognition (.npy, .npz, .json);
                           --replace: also those who are registered already
  purge --older-than 90d   delete the users who were not registered or changed for so many days
  copy --to DIR            copy all users to another folder, or to a database: --to postgres://USER:PASSWORD@HOST:PORT/DATABASE
  enroll DIR [--report FILE]
                           register the photos DIR/USER_ID/ANY.jpg and DIR/USER_ID.jpg; FILE (enroll.csv) says what
                           became of each, and with it a second call goes on where the first one ended
  --help                   print this
`

const OPTIONS = {
  plain: { type: 'boolean' },
  replace: { type: 'boolean' },
  'older-than': { type: 'string' },
  to: { type: 'string' },
  server: { type: 'string' },
  report: { type: 'string' },
  help: { type: 'boolean' }
} as const

/** What each command takes: its argument, and its options. */
const TAKES: Readonly<Record<Command['name'], { argument?: string, options: ReadonlyArray<keyof typeof OPTIONS> }>> = {
  rekey: { options: [] },
  verify: { options: ['server'] },
  export: { argument: 'FILE', options: ['plain'] },
  import: { argument: 'FILE', options: ['replace'] },
  purge: { options: ['older-than'] },
  copy: { options: ['to'] },
  enroll: { argument: 'DIR', options: ['report'] }
}

const DAYS_MAX = 36_500

function parse (args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (err) {
    const [line = ''] = String(err instanceof Error ? err.message : err).split('\n')
    throw new UsageError(line)
  }
}

function days (text: string | undefined): number {
  const number = Number(/^([1-9]\d*)d$/.exec(text ?? '')?.[1])
  if (!(number <= DAYS_MAX)) throw new UsageError(`--older-than ${text ?? ''}: expected a number of days from 1d to ${DAYS_MAX}d`)
  return number
}

function serverUrl (text: string | undefined): string | undefined {
  if (text === undefined || (/^https?:/.test(text) && URL.canParse(text))) return text
  throw new UsageError(`--server ${text}: expected an address, such as http://127.0.0.1:5000`)
}

/** Reads the command line; null asks for help. Throws {@link UsageError} for what it does not understand. */
export function parseArguments (args: string[]): Command | null {
  const { values, positionals: [name = '', argument, ...rest] } = parse(args)
  if (values.help) return null
  if (!Object.hasOwn(TAKES, name)) throw new UsageError(name === '' ? 'no command' : `${name}: no such command`)
  const command = name as Command['name']
  const takes = TAKES[command]
  if (rest.length > 0 || (argument !== undefined && !takes.argument)) throw new UsageError(`${command}: too many arguments`)
  if (takes.argument && !argument) throw new UsageError(`${command}: ${takes.argument} is missing`)
  const unknown = Object.keys(values).find((option) => !(takes.options as string[]).includes(option))
  if (unknown !== undefined) throw new UsageError(`${command}: takes no --${unknown}`)

  const path = argument ?? ''
  switch (command) {
    case 'export': return { name: command, file: path, plain: values.plain ?? false }
    case 'import': return { name: command, file: path, replace: values.replace ?? false }
    case 'enroll': return { name: command, dir: path, report: values.report ?? 'enroll.csv' }
    case 'verify': return { name: command, server: serverUrl(values.server) }
    case 'purge': return { name: command, olderThanDays: days(values['older-than']) }
    case 'copy':
      if (!values.to) throw new UsageError('copy: --to DIR is missing')
      return { name: command, to: values.to }
    default: return { name: command }
  }
}
