import { writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { request, type RequestOptions } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import {
  issueForServer, makeAuthority, makeKey, type Credentials, type Validity
} from '../../commands/certificates.ts'
import { temporaryFolder } from './folders.ts'

const DAY_MS = 86_400_000

/** Valid since yesterday. */
export const VALID: Validity = { from: new Date(Date.now() - DAY_MS), days: 30 }
/** Valid until an hour ago. */
export const EXPIRED: Validity = { from: new Date(Date.now() - 30 * DAY_MS - DAY_MS / 24), days: 30 }

/** A certificate for 127.0.0.1 in files, and the authority that issued it. */
export interface TlsFiles {
  readonly authority: Credentials
  /** For the server. */
  readonly env: { TLS_CERT_FILE: string, TLS_KEY_FILE: string }
  /** Replaces certificate and key by new ones of the same authority, and gives the certificate. */
  renew (validity?: Validity): Promise<string>
}

/** Makes a certificate in a folder of its own. */
export async function tlsFiles (t: TestContext): Promise<TlsFiles> {
  const dir = await temporaryFolder(t)
  const authority = await makeAuthority('Test', VALID)
  const env = { TLS_CERT_FILE: join(dir, 'server.crt'), TLS_KEY_FILE: join(dir, 'server.key') }
  const renew = async (validity = VALID): Promise<string> => {
    const key = await makeKey()
    const certificate = await issueForServer(authority, key, ['localhost', '127.0.0.1'], validity)
    await writeFile(env.TLS_KEY_FILE, key)
    await writeFile(env.TLS_CERT_FILE, `${certificate}\n${authority.certificate}`)
    return certificate
  }
  await renew()
  return { authority, env, renew }
}

/** What a request over TLS is answered. */
export interface TlsAnswer {
  readonly status: number
  readonly body: string
  readonly headers: IncomingHttpHeaders
  /** SHA-256 of the server's certificate. */
  readonly fingerprint: string
  /** The client's port: the same for requests over one connection. */
  readonly port: number
}

/** Asks a server that has to prove its name. */
export function askOverTls (url: string, options: RequestOptions): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false, ...options }, (response) => {
      const socket = response.socket as TLSSocket
      const { statusCode: status = 0, headers } = response
      const { fingerprint256: fingerprint } = socket.getPeerCertificate()
      const port = socket.localPort!
      text(response).then((body) => resolve({ status, headers, body, fingerprint, port }), reject)
    }).on('error', reject).end()
  })
}
