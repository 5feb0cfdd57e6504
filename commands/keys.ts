/** `npm run keys -- COMMAND`: makes and revokes keys. `--help` lists the commands. */
import { createKeys, type KeyInfo, type Keys } from '../src/access/keys.ts'
import { createPairings, type Pairings } from '../src/access/pairings.ts'
import { type Config, loadConfig, readEnvironment } from '../src/config.ts'
import type { AuditAction, AuditDetails } from '../src/audit/entry.ts'
import { withAudit } from './audit-command.ts'
import { parseKeysArguments, type KeysCommand } from './keys-arguments.ts'
import { runProgram } from './program.ts'
import { configuredDocuments, withDocuments } from './stores.ts'

/** Of names, so that the columns stand below each other. */
const NAME_WIDTH = 24

function stateOf ({ revokedAt, expiresAt }: KeyInfo): string {
  if (revokedAt !== undefined) return `revoked ${revokedAt}`
  if (expiresAt === undefined) return 'valid'
  return Date.parse(expiresAt) > Date.now() ? `valid until ${expiresAt}` : `expired ${expiresAt}`
}

function lineOf (info: KeyInfo): string {
  const { id, name, role, lastUsedAt, groups, addresses, oldValidUntil } = info
  return [
    id, role.padEnd('enroller'.length), name.padEnd(NAME_WIDTH), stateOf(info), `last used ${lastUsedAt ?? 'never'}`,
    ...groups ? [`groups ${groups.join(', ')}`] : [],
    ...addresses ? [`from ${addresses.join(', ')}`] : [],
    ...oldValidUntil === undefined ? [] : [`old key until ${oldValidUntil}`]
  ].join('  ').trimEnd()
}

/** Where people look, while a program reads the key from stdout. */
const tell = (text: string): void => { process.stderr.write(`${text}\n`) }

async function run (keys: Keys, pairings: Pairings, command: KeysCommand): Promise<string> {
  switch (command.name) {
    case 'create': {
      const isFirst = !keys.exist()
      const { key, info } = await keys.create(command.wishes)
      if (isFirst) tell('This is the first key: every endpoint asks for one from now on, unless AUTH=open.')
      tell(`Key ${info.id} for ${info.role} "${info.name}". It is shown once; send it as Authorization: Bearer KEY.`)
      return key
    }
    case 'rotate': {
      const { key, info } = await keys.rotate(command.id, command.oldValidUntil)
      tell(`The old key ${info.id} of "${info.name}" is valid until ${info.oldValidUntil}.`)
      return key
    }
    case 'revoke': {
      const { id, name } = await keys.revoke(command.id)
      return `key ${id} of "${name}" is revoked`
    }
    case 'pair': {
      const { code, expiresAt } = await pairings.open(command.wishes)
      tell(`Type this code at the kiosk "${command.wishes.name}" before ${expiresAt}.`)
      return code
    }
    case 'list': {
      const all = keys.list()
      return all.length === 0 ? 'there are no keys: the server is open' : all.map(lineOf).join('\n')
    }
  }
}

/** What the audit log says of the command; null for one that changes nothing. */
function planOf (command: KeysCommand): { action: AuditAction, details: AuditDetails } | null {
  switch (command.name) {
    case 'create': return { action: 'create-key', details: { role: command.wishes.role } }
    case 'rotate': return {
      action: 'change-key', details: { key: command.id, oldValidUntil: command.oldValidUntil.toISOString() }
    }
    case 'revoke': return { action: 'revoke-key', details: { key: command.id } }
    case 'pair': return { action: 'create-pairing', details: {} }
    case 'list': return null
  }
}

async function main (config: Config, command: KeysCommand): Promise<void> {
  const documents = configuredDocuments(config)
  const keys = createKeys(documents)
  const plan = planOf(command)
  const pairings = createPairings(documents)
  const text = await withDocuments(documents, () => withAudit(config, plan, () => run(keys, pairings, command)))
  process.stdout.write(`${text}\n`)
}

await runProgram(async () => {
  const command = parseKeysArguments(process.argv.slice(2))
  if (command !== null) await main(loadConfig(readEnvironment()), command)
})
