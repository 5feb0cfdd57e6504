import { InvalidArgumentError } from 'commander'
import { AUDIT_ACTIONS, type AuditAction } from '../src/audit/entry.ts'
import { createProgram, parseProgram } from './program.ts'

/** What the command was asked to do. */
export type AuditCommand =
  | { name: 'verify', head?: string, publicKey?: string[], file?: string }
  | { name: 'list', user?: string, action?: AuditAction, since?: Date, until?: Date }
  | { name: 'export', file: string }
  | { name: 'public-key' }

function time (text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('Expected a time, such as 2026-11-26T08:00Z.')
  return date
}

function publicKeys (text: string): string[] {
  const keys = text.split(',')
  if (keys.every((key) => /^[A-Za-z0-9+/]{43}=$/.test(key))) return keys
  throw new InvalidArgumentError('Expected 32 bytes in base64, as "public-key" prints them.')
}

function action (text: string): AuditAction {
  const found = AUDIT_ACTIONS.find((name) => name === text)
  if (!found) throw new InvalidArgumentError(`Expected one of ${AUDIT_ACTIONS.join(', ')}.`)
  return found
}

/**
 * Reads the command line; null when help was asked for and written. Throws a `CommanderError` for what is not
 * understood, after it has written what and the usage to stderr.
 */
export function parseAuditArguments (args: string[]): AuditCommand | null {
  let asked: AuditCommand | null = null
  const program = createProgram('npm run audit --', 'Reads the audit log of the configuration, also while servers run.')

  program.command('verify').description('find what was edited, moved, removed or cut off')
    .option('--head <FILE>', 'heads that were kept elsewhere: lines of the server\'s log')
    .option(
      '--public-key <KEYS>', 'whose signatures to accept, separated by commas; AUDIT_KEY\'s unless given', publicKeys
    )
    .option('--file <FILE>', 'an export instead of the log')
    .action((options: Omit<AuditCommand & { name: 'verify' }, 'name'>) => { asked = { name: 'verify', ...options } })

  program.command('list').description('who did what, one line each, oldest first')
    .option('--user <ID>', 'only what concerns this user')
    .option('--action <ACTION>', 'only this', action)
    .option('--since <TIME>', 'from this moment on', time)
    .option('--until <TIME>', 'before this moment', time)
    .action((options: Omit<AuditCommand & { name: 'list' }, 'name'>) => { asked = { name: 'list', ...options } })

  program.command('export').description('save the log in one file')
    .argument('<FILE>', 'where to')
    .action((file: string) => { asked = { name: 'export', file } })

  program.command('public-key').description('print the public key of AUDIT_KEY, which verifying needs')
    .action(() => { asked = { name: 'public-key' } })

  return parseProgram(program, args) ? asked : null
}
