/** `npm run audit -- COMMAND`: reads the audit log of the configuration. `--help` lists the commands. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { splitLines } from '../src/audit/chain.ts'
import { createAuditStorage } from '../src/audit/create-storage.ts'
import { createHeadSigner, createHeadVerifier, type Head, type Signature } from '../src/audit/heads.ts'
import { pseudonymOf } from '../src/audit/person.ts'
import { verifyAudit, type AuditVerification } from '../src/audit/verify.ts'
import { type Config, loadConfig, readEnvironment } from '../src/config.ts'
import { createStoredUsers } from '../src/store/create-store.ts'
import { writeAtomic } from '../src/store/folder/atomic-file.ts'
import { nodeFileSystem } from '../src/store/folder/file-system.ts'
import { isUserKey } from '../src/store/user-key.ts'
import { parseAuditArguments, type AuditCommand } from './audit-arguments.ts'
import { listAudit } from './audit-list.ts'
import { CommandError } from './command-error.ts'
import { runProgram } from './program.ts'

const LINE_FEED = Buffer.from('\n')

type Lines = () => AsyncIterable<Buffer>

async function * linesOfFile (path: string): AsyncGenerator<Buffer> {
  for (const { bytes } of splitLines(await readFile(path))) yield bytes
}

function headOf (line: string): Array<Head & Signature> {
  try {
    const { seq, hash, at, key, signature } = JSON.parse(line) as Partial<Head & Signature>
    if (typeof seq !== 'number' || typeof hash !== 'string' || typeof at !== 'string') return []
    return [{ seq, hash, at, ...key !== undefined && { key }, ...signature !== undefined && { signature } }]
  } catch {
    return []
  }
}

/** The heads among the lines of a server's log. */
async function readHeads (path: string): Promise<Array<Head & Signature>> {
  const heads = (await readFile(path, 'utf8')).split('\n').flatMap(headOf)
  if (heads.length === 0) throw new CommandError(`${path}: no heads in it; expected lines with seq, hash and at`)
  return heads
}

function verificationText (found: AuditVerification, isKeyKnown: boolean): string {
  const { lines, end, signedHeads, signedUntil, torn, withoutOutcome, problems } = found
  const unsigned = isKeyKnown ? '' : ' (no AUDIT_KEY or --public-key: signatures were not checked)'
  return [
    ...problems,
    `${lines} lines, the last is ${end.seq} with hash ${end.hash}`,
    `${signedHeads} signed heads; signed up to line ${signedUntil}${unsigned}`,
    `${torn} writes torn by a crash, ${withoutOutcome} intents without an outcome`,
    problems.length === 0 ? 'the chain is whole' : `${problems.length} problems: the log is not as it was written`
  ].join('\n')
}

async function verify (
  lines: Lines, { head, publicKey }: Omit<AuditCommand & { name: 'verify' }, 'name'>, { AUDIT_KEY: key }: Config
): Promise<string> {
  const known = publicKey ?? (key === undefined ? [] : [createHeadSigner(key).publicKey])
  const isSignedBy = known.length === 0 ? undefined : createHeadVerifier(...known)
  const heads = head === undefined ? [] : await readHeads(head)
  const found = await verifyAudit(lines(), { heads, isSignedBy })
  if (found.problems.length > 0) process.exitCode = 1
  return verificationText(found, isSignedBy !== undefined)
}

async function pseudonymOfUser (config: Config, user: string): Promise<string> {
  const stored = createStoredUsers(config)
  try {
    const found = isUserKey(user) ? await stored.read(user) : null
    const salt = found?.state === 'valid' ? found.record.auditSalt : undefined
    if (salt === undefined) {
      throw new CommandError(`${user}: not registered, or not since there is an audit log; nothing names them in it`)
    }
    return pseudonymOf(user, salt)
  } finally {
    await stored.close()
  }
}

async function save (lines: Lines, file: string): Promise<string> {
  let count = 0
  async function * whole (): AsyncGenerator<Buffer> {
    for await (const line of lines()) {
      count++
      yield Buffer.concat([line, LINE_FEED])
    }
  }
  const path = resolve(file)
  const tempPath = `${path}.${randomBytes(4).toString('hex')}.tmp`
  await writeAtomic(nodeFileSystem, { path, tempPath, content: whole() })
  return `${count} lines saved in ${file}`
}

async function run (command: AuditCommand, config: Config): Promise<void> {
  const write = (text: string): void => { process.stdout.write(`${text}\n`) }
  const storage = createAuditStorage(config)
  try {
    switch (command.name) {
      case 'verify': {
        const { file } = command
        return write(await verify(file === undefined ? storage.lines : () => linesOfFile(file), command, config))
      }
      case 'list': {
        const person = command.user === undefined ? undefined : await pseudonymOfUser(config, command.user)
        for await (const line of listAudit(storage.lines, command, person)) write(line)
        return
      }
      case 'export': return write(await save(storage.lines, command.file))
      case 'public-key':
        if (config.AUDIT_KEY === undefined) throw new CommandError('AUDIT_KEY is not set')
        return write(createHeadSigner(config.AUDIT_KEY).publicKey)
    }
  } finally {
    await storage.close()
  }
}

await runProgram(async () => {
  const command = parseAuditArguments(process.argv.slice(2))
  if (command !== null) await run(command, loadConfig(readEnvironment()))
})
