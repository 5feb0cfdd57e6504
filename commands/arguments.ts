import { InvalidArgumentError } from 'commander'
import { createProgram, parseProgram } from './program.ts'

/** What the command was asked to do. Paths are as they were given. */
export type StoreCommand =
  | { name: 'rekey' }
  | { name: 'verify', server?: string, duplicates: boolean, drifting: boolean }
  | { name: 'export', file: string, plain: boolean }
  | { name: 'import', file: string, replace: boolean }
  | { name: 'purge', olderThan: number }
  | { name: 'copy', to: string }
  | { name: 'backup' }
  | { name: 'drill', file?: string }
  | { name: 'redelete' }
  | { name: 'enroll', dir: string, report: string }
  | { name: 'reencode' }
  | { name: 'network' }

const DAYS_MAX = 36_500

function days (text: string): number {
  const number = Number(/^([1-9]\d*)d$/.exec(text)?.[1])
  if (!(number <= DAYS_MAX)) throw new InvalidArgumentError(`Expected a number of days from 1d to ${DAYS_MAX}d.`)
  return number
}

function serverUrl (text: string): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text
  throw new InvalidArgumentError('Expected an address, such as http://127.0.0.1:5000.')
}

function place (text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a path.')
  return text
}

/**
 * Reads the command line; null when help was asked for and written. Throws a `CommanderError` for what is not
 * understood, after it has written what and the usage to stderr.
 */
export function parseArguments (args: string[]): StoreCommand | null {
  let asked: StoreCommand | null = null
  const program = createProgram(
    'npm run store --', 'Looks after the face data of the configuration, also while servers run.'
  )

  program.command('rekey').description('encrypt whatever is not encrypted with the first key of FACE_DATA_KEY')
    .action(() => { asked = { name: 'rekey' } })

  program.command('verify').description('check every record and count; changes nothing')
    .option('--server <URL>', 'also whether the server at this address has ' +
      'exactly these encodings in memory', serverUrl)
    .option('--duplicates', 'also who has a face that is another user\'s', false)
    .option('--drifting', 'also who is recognised at ever greater distances', false)
    .action((options: { server?: string, duplicates: boolean, drifting: boolean }) => {
      asked = { name: 'verify', ...options }
    })

  program.command('export').description('save all users as lines of JSON, encrypted if there is a FACE_DATA_KEY')
    .argument('<FILE>', 'where to', place)
    .option('--plain', 'do not encrypt', false)
    .action((file: string, options: { plain: boolean }) => { asked = { name: 'export', file, ...options } })

  program.command('import').description('add users of an export, or encodings of face_recognition')
    .argument('<FILE>', '.ndjson is an export; .npy, .npz and .json are of face_recognition', place)
    .option('--replace', 'also those who are registered already', false)
    .action((file: string, options: { replace: boolean }) => { asked = { name: 'import', file, ...options } })

  program.command('purge').description('delete the users who were not registered or changed for so many days')
    .requiredOption('--older-than <DAYS>', 'such as 90d', days)
    .action((options: { olderThan: number }) => { asked = { name: 'purge', ...options } })

  program.command('copy').description('copy all users to another folder or database')
    .requiredOption('--to <PLACE>', 'a folder, or postgres://USER:PASSWORD@HOST:PORT/DATABASE', place)
    .action((options: { to: string }) => { asked = { name: 'copy', ...options } })

  program.command('backup').description('make a backup in BACKUP_DIR now')
    .action(() => { asked = { name: 'backup' } })

  program.command('drill').description('restore a backup into a folder of its own, compare, and remove it')
    .argument('[FILE]', 'the newest one in BACKUP_DIR unless it is named')
    .action((file?: string) => { asked = { name: 'drill', ...file !== undefined && { file } } })

  program.command('redelete').description('delete whom a restore has brought back, as the audit log tells')
    .action(() => { asked = { name: 'redelete' } })

  program.command('enroll').description('register the photos DIR/USER_ID/ANY.jpg and DIR/USER_ID.jpg')
    .argument('<DIR>', 'where the photos are', place)
    .option('--report <FILE>', 'what became of each; with it a second call goes on after the first', 'enroll.csv')
    .action((dir: string, options: { report: string }) => { asked = { name: 'enroll', dir, ...options } })

  program.command('reencode').description('make encodings of the present network from the faces that were kept')
    .action(() => { asked = { name: 'reencode' } })

  program.command('network').description('choose the network of the configuration for all servers')
    .action(() => { asked = { name: 'network' } })

  return parseProgram(program, args) ? asked : null
}
