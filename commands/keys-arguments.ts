import { InvalidArgumentError, Option } from 'commander'
import { isAddressRange } from '../src/access/addresses.ts'
import { OVERLAP_MS, type KeyWishes } from '../src/access/keys.ts'
import type { PairingWishes } from '../src/access/pairings.ts'
import { ROLES } from '../src/access/roles.ts'
import { createProgram, parseProgram } from './program.ts'

/** What the command was asked to do. */
export type KeysCommand =
  | { name: 'create', wishes: KeyWishes }
  | { name: 'list' }
  | { name: 'rotate', id: string, oldValidUntil: Date }
  | { name: 'revoke', id: string }
  | { name: 'pair', wishes: PairingWishes }

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const OVERLAP = `${OVERLAP_MS / UNITS['h']!}h`

/** A moment, or how long from now. */
function moment (text: string): Date {
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const date = count === undefined ? new Date(text) : new Date(Date.now() + Number(count) * UNITS[unit]!)
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('Expected 30m, 24h, 90d or 2027-01-31T08:00Z.')
  return date
}

function collectAddress (text: string, before: string[] = []): string[] {
  if (!isAddressRange(text)) throw new InvalidArgumentError('Expected an address or a subnet, as 192.168.7.0/24.')
  return [...before, text]
}

/**
 * Reads the command line; null when help was asked for and written. Throws a `CommanderError` for what is not
 * understood, after it has written what and the usage to stderr.
 */
export function parseKeysArguments (args: string[]): KeysCommand | null {
  let asked: KeysCommand | null = null
  const program = createProgram(
    'npm run keys --', 'Makes and revokes keys in the face data of the configuration, also while servers run.'
  )

  program.command('create').description('make a key and print it: from the first one on, every endpoint asks for one')
    .requiredOption('--name <NAME>', 'whose it is, such as "front door"')
    .addOption(new Option('--role <ROLE>', 'what it is for').choices(ROLES).makeOptionMandatory())
    .option('--expires <TIME>', 'until when it is valid; for ever unless given', moment)
    .option('--group <GROUP...>', 'let a kiosk search these groups alone')
    .option('--address <ADDRESS>', 'valid from this address or subnet only; may be repeated', collectAddress)
    .action((options: Pick<KeyWishes, 'name' | 'role'> & { expires?: Date, group?: string[], address?: string[] }) => {
      const { name, role, expires: expiresAt, group: groups, address: addresses } = options
      asked = {
        name: 'create',
        wishes: { name, role, ...expiresAt && { expiresAt }, ...groups && { groups }, ...addresses && { addresses } }
      }
    })

  program.command('list').description('all keys, one line each; never a key itself')
    .action(() => { asked = { name: 'list' } })

  program.command('rotate').description('print a new key for the same name and role')
    .argument('<ID>', 'the part of the key between frs_ and the next _')
    .option('--overlap <TIME>', `until when the old one stays valid; ${OVERLAP} unless given`, moment)
    .action((id: string, { overlap = moment(OVERLAP) }: { overlap?: Date }) => {
      asked = { name: 'rotate', id, oldValidUntil: overlap }
    })

  program.command('revoke').description('make a key invalid within a second')
    .argument('<ID>', 'as for rotate')
    .action((id: string) => { asked = { name: 'revoke', id } })

  program.command('pair').description('print a code of six digits, for which a kiosk gets its key within 5 minutes')
    .requiredOption('--name <NAME>', 'of the kiosk, such as "gate 2"')
    .option('--group <GROUP...>', 'limit it to users of these groups')
    .action(({ name, group: groups }: { name: string, group?: string[] }) => {
      asked = { name: 'pair', wishes: { name, ...groups && { groups } } }
    })

  return parseProgram(program, args) ? asked : null
}
