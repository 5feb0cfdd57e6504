/** `npm run tls`: a certificate authority for one site, a certificate for its server, and certificates for kiosks. */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { nodeFileSystem } from '../src/store/folder/file-system.ts'
import { writeAtomic } from '../src/store/folder/atomic-file.ts'
import { errorCode } from '../src/system-error.ts'
import {
  issueForClient, issueForServer, makeAuthority, makeKey, type Credentials, type Validity
} from './certificates.ts'
import { CommandError } from './command-error.ts'
import { runProgram } from './program.ts'

interface Options { host: string[], dir: string, client?: string, role: string }

const DAY_MS = 86_400_000
const AUTHORITY_DAYS = 3650
/** Apple's devices refuse a certificate that is valid for longer than 825 days, and of public authorities than 398. */
const CERTIFICATE_DAYS = 397
/** So that the machine itself can ask the server, and a clock that is a day late does not matter. */
const OWN_HOSTS = ['localhost', '127.0.0.1', '::1']
const ROLES = ['kiosk', 'enroller', 'monitor', 'admin']
const HOST_NAME = /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/
const CLIENT_NAME = /^[\w][\w .@-]{0,63}$/

const validity = (days: number): Validity => ({ from: new Date(Date.now() - DAY_MS), days: days + 1 })
const day = (certificate: X509Certificate): string => new Date(certificate.validTo).toISOString().slice(0, 10)

async function readIfThere (path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return undefined
    throw err
  }
}

/** Readable for this user alone, certificates too. */
const save = (path: string, text: string): Promise<void> =>
  writeAtomic(nodeFileSystem, { path, tempPath: `${path}.${process.pid}.tmp`, content: Buffer.from(text) })

/** The authority in the folder, made if there is none. */
async function authorityIn (dir: string): Promise<Credentials & { isNew: boolean }> {
  const [certificate, key] = await Promise.all([readIfThere(join(dir, 'ca.crt')), readIfThere(join(dir, 'ca.key'))])
  if (certificate !== undefined && key !== undefined) {
    const remaining = Date.parse(new X509Certificate(certificate).validTo) - Date.now()
    if (remaining > CERTIFICATE_DAYS * DAY_MS) return { certificate, key, isNew: false }
    throw new CommandError(`${dir}/ca.crt ends too soon: remove it and ca.key, and every device needs the next one`)
  }
  if (certificate !== undefined || key !== undefined) {
    throw new CommandError(`${dir} has only one of ca.crt and ca.key: bring back the other, or remove this one`)
  }
  const name = `Face recognition server CA ${new Date().toISOString().slice(0, 10)}`
  const made = await makeAuthority(name, validity(AUTHORITY_DAYS))
  await save(join(dir, 'ca.key'), made.key)
  await save(join(dir, 'ca.crt'), made.certificate)
  return { ...made, isNew: true }
}

/** The names and addresses of a certificate, as they were given. */
const hostsOf = (certificate: string): string[] => (new X509Certificate(certificate).subjectAltName ?? '')
  .split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''))

async function makeServerCertificate (dir: string, given: string[]): Promise<string> {
  const [path, keyPath] = [join(dir, 'server.crt'), join(dir, 'server.key')]
  const [present, presentKey] = await Promise.all([readIfThere(path), readIfThere(keyPath)])
  const hosts = given.length > 0 || present === undefined ? given : hostsOf(present)
  if (hosts.length === 0) throw new CommandError('--host is missing: the name or IP address that tablets will call')
  const authority = await authorityIn(dir)
  // The key stays, so that a renewal is one file, and there is no moment without a pair that fits.
  const key = presentKey ?? await makeKey()
  const all = [...new Set([...hosts, ...OWN_HOSTS].map(canonical))]
  const certificate = await issueForServer(authority, key, all, validity(CERTIFICATE_DAYS - 1))
  if (presentKey === undefined) await save(keyPath, key)
  // With the authority behind it, which the page /ca offers to devices.
  await save(path, certificate + '\n' + authority.certificate)
  const [ca, server] = [new X509Certificate(authority.certificate), new X509Certificate(certificate)]
  return [
    `${join(dir, 'ca.crt')}: the certificate authority, ${authority.isNew ? 'new' : 'as before'}, until ${day(ca)}`,
    `  SHA-256 ${ca.fingerprint256}`,
    `${path}: for ${all.join(', ')}, until ${day(server)}`,
    present === undefined
      ? `Put these two lines into .env, start the server, and open https://${all[0]}:5000/ca on every device:`
      : 'Servers that run with these two lines in .env take it by themselves:',
    `TLS_CERT_FILE=${path}`,
    `TLS_KEY_FILE=${keyPath}`
  ].join('\n')
}

async function makeClientCertificate (dir: string, name: string, unit: string): Promise<string> {
  const authority = await authorityIn(dir)
  const { certificate, key } = await issueForClient(authority, { name, unit }, validity(CERTIFICATE_DAYS - 1))
  const path = join(dir, 'clients', name)
  await save(`${path}.key`, key)
  await save(`${path}.crt`, certificate)
  return [
    `${path}.crt, ${path}.key: for ${name}, role ${unit}, until ${day(new X509Certificate(certificate))}`,
    'The server needs these lines in .env:',
    `TLS_CLIENT_CA_FILE=${join(dir, 'ca.crt')}`,
    `TLS_CLIENT_ROLES=${[...new Set(['kiosk', unit])].map((role) => `${role}=${role}`).join(',')}`,
    'A tablet takes both files as one, with a password that this asks for:',
    `openssl pkcs12 -export -in "${path}.crt" -inkey "${path}.key" -out "${path}.p12"`
  ].join('\n')
}

/** One way to write each address, as OpenSSL writes it. */
function canonical (host: string): string {
  return isIP(host) === 6 ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host
}

function hostName (text: string, before: string[]): string[] {
  const host = text.toLowerCase()
  if (isIP(host) === 0 && !HOST_NAME.test(host)) throw new InvalidArgumentError('Expected a name or an IP address.')
  return [...before, host]
}

function clientName (text: string): string {
  if (CLIENT_NAME.test(text)) return text
  throw new InvalidArgumentError('Expected up to 64 letters, digits, spaces and . _ @ -')
}

/** Reads the command line; null when help was asked for and written. */
function parseOptions (): Options | null {
  const program = new Command('npm run tls --')
    .description('Makes a certificate authority for this site once, and a certificate for its server; run again, it ' +
      'renews that.')
    .option('--host <NAME>', 'name or IP address that devices call; several by several --host, without any those of ' +
      'before', hostName, [])
    .option('--dir <FOLDER>', 'where the files are', 'tls')
    .option('--client <NAME>', 'makes a certificate for this kiosk instead', clientName)
    .addOption(new Option('--role <ROLE>', 'what that kiosk may do').choices(ROLES).default('kiosk'))
    .helpCommand(false).exitOverride().showHelpAfterError()
  try {
    return program.parse().opts<Options>()
  } catch (err) {
    if (err instanceof CommanderError && err.exitCode === 0) return null
    throw err
  }
}

async function main (): Promise<void> {
  const options = parseOptions()
  if (options === null) return
  const { host, dir, client, role } = options
  const text = client === undefined
    ? await makeServerCertificate(dir, host)
    : await makeClientCertificate(dir, client, role)
  process.stdout.write(`${text}\n`)
}

await runProgram(main)
