import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { ConfigError } from '../config.ts'

/** Settings that name files. */
type TlsFile = 'TLS_CERT_FILE' | 'TLS_KEY_FILE' | 'TLS_CLIENT_CA_FILE'
export type TlsConfig = Readonly<Partial<Record<TlsFile, string | undefined>>>

/** What the server proves its name with, and by whose certificates clients may prove theirs. */
export interface ServerCertificate {
  /** For Node: PEM as it stands in the files. */
  readonly context: { readonly cert: string, readonly key: string, readonly ca?: string }
  /** The server's certificate, then those that it follows from. */
  readonly chain: readonly [X509Certificate, ...X509Certificate[]]
  /** When the first certificate of the chain ends. */
  readonly expiresAt: Date
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

async function readPem (config: TlsConfig, name: TlsFile): Promise<string> {
  try {
    return await readFile(config[name]!, 'utf8')
  } catch (err) {
    throw unusable(config, name, 'cannot be read', err)
  }
}

function unusable (config: TlsConfig, name: TlsFile, what: string, cause?: unknown): ConfigError {
  const reason = cause instanceof Error ? `: ${cause.message}` : ''
  return new ConfigError(`${name}=${JSON.stringify(config[name])} ${what}${reason}`, { cause })
}

function parse<T> (config: TlsConfig, name: TlsFile, what: string, read: () => T): T {
  try {
    return read()
  } catch (err) {
    throw unusable(config, name, what, err)
  }
}

function certificatesOf (config: TlsConfig, name: TlsFile, pem: string): [X509Certificate, ...X509Certificate[]] {
  return parse(config, name, 'is not a certificate in PEM', () => {
    const [first, ...others] = [...pem.matchAll(CERTIFICATE)].map(([text]) => new X509Certificate(text))
    if (!first) throw new Error('no line BEGIN CERTIFICATE')
    return [first, ...others]
  })
}

/**
 * Reads the files of the configuration; null when it has none. Throws {@link ConfigError}, with one line for the
 * operator, when they cannot be read or do not belong together.
 */
export async function readServerCertificate (config: TlsConfig): Promise<ServerCertificate | null> {
  if (config.TLS_CERT_FILE === undefined) return null
  const [cert, key, ca] = await Promise.all([
    readPem(config, 'TLS_CERT_FILE'),
    readPem(config, 'TLS_KEY_FILE'),
    config.TLS_CLIENT_CA_FILE === undefined ? undefined : readPem(config, 'TLS_CLIENT_CA_FILE')
  ])
  const chain = certificatesOf(config, 'TLS_CERT_FILE', cert)
  const privateKey = parse(config, 'TLS_KEY_FILE', 'is not a private key in PEM without a passphrase', () => (
    createPrivateKey(key)
  ))
  if (!chain[0].checkPrivateKey(privateKey)) {
    throw unusable(config, 'TLS_KEY_FILE', 'is not the key of the first certificate in TLS_CERT_FILE')
  }
  if (ca !== undefined && !certificatesOf(config, 'TLS_CLIENT_CA_FILE', ca).every((one) => one.ca)) {
    throw unusable(config, 'TLS_CLIENT_CA_FILE', 'has a certificate that is no certificate authority\'s')
  }
  const context = { cert, key, ...ca !== undefined && { ca } }
  // OpenSSL refuses more than it takes to read them, such as short keys.
  parse(config, 'TLS_CERT_FILE', 'cannot be used', () => createSecureContext(context))
  return { context, chain, expiresAt: new Date(Math.min(...chain.map(({ validTo }) => Date.parse(validTo)))) }
}

/**
 * The certificate authority that devices have to know before they believe the server: the self-signed one at the end
 * of the chain, which that of a public authority does not have.
 */
export function ownAuthority ({ chain }: ServerCertificate): X509Certificate | undefined {
  const last = chain.at(-1)!
  return chain.length > 1 && last.ca && last.verify(last.publicKey) ? last : undefined
}
