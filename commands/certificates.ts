import { randomBytes, type webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
// @peculiar/x509 cannot be loaded without it.
import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension, BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension,
  KeyUsageFlags, KeyUsagesExtension, PemConverter, SubjectAlternativeNameExtension, SubjectKeyIdentifierExtension,
  X509Certificate, X509CertificateGenerator, type Extension, type JsonName
} from '@peculiar/x509'

/** A certificate and its private key, both in PEM. */
export interface Credentials { readonly certificate: string, readonly key: string }

/** From when on a certificate is valid, and for how many days. */
export interface Validity { readonly from: Date, readonly days: number }

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 86_400_000
const SERIAL_BYTES = 16

/** An EC key as PKCS #8 in PEM. */
export async function makeKey (): Promise<string> {
  const { privateKey } = await crypto.subtle.generateKey(EC, true, ['sign', 'verify'])
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY')
}

/** Both halves of an EC key in PEM. */
async function keyPair (pem: string): Promise<webcrypto.CryptoKeyPair> {
  const [pkcs8] = PemConverter.decode(pem)
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8!, EC, true, ['sign'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', privateKey)
  const jwk = { kty, crv, x, y } as webcrypto.JsonWebKey
  const publicKey = await crypto.subtle.importKey('jwk', jwk, EC, true, ['verify'])
  return { privateKey, publicKey }
}

async function issue ({ subject, issuer, key, signingKey, validity: { from, days }, extensions }: {
  subject: JsonName
  issuer: JsonName
  key: string
  signingKey: string
  validity: Validity
  extensions: Extension[]
}): Promise<string> {
  const signing = await keyPair(signingKey)
  const { publicKey } = await keyPair(key)
  const certificate = await X509CertificateGenerator.create({
    // A leading 01 keeps it positive and of one length.
    serialNumber: Buffer.concat([Buffer.of(1), randomBytes(SERIAL_BYTES - 1)]).toString('hex'),
    subject,
    issuer,
    notBefore: from,
    // The last second counts, too.
    notAfter: new Date(from.getTime() + days * DAY_MS - 1000),
    signingAlgorithm: EC,
    publicKey,
    signingKey: signing.privateKey,
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(signing.publicKey)
    ]
  })
  return certificate.toString('pem')
}

/** A certificate authority that issues for servers and clients, and for no further authorities. */
export async function makeAuthority (name: string, validity: Validity): Promise<Credentials> {
  const key = await makeKey()
  const subject = [{ CN: [name] }]
  const certificate = await issue({
    subject,
    issuer: subject,
    key,
    signingKey: key,
    validity,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)
    ]
  })
  return { certificate, key }
}

const leafExtensions = (usage: ExtendedKeyUsage): Extension[] => [
  new BasicConstraintsExtension(false, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
  new ExtendedKeyUsageExtension([usage])
]

const nameOf = ({ certificate }: Credentials): JsonName => new X509Certificate(certificate).subjectName.toJSON()

/** A server's certificate for these names and IP addresses. */
export async function issueForServer (
  authority: Credentials, key: string, hosts: readonly string[], validity: Validity
): Promise<string> {
  const names = hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value } as const))
  return await issue({
    subject: [{ CN: [hosts[0]!] }],
    issuer: nameOf(authority),
    key,
    signingKey: authority.key,
    validity,
    extensions: [...leafExtensions(ExtendedKeyUsage.serverAuth), new SubjectAlternativeNameExtension(names)]
  })
}

/** A client's certificate; `unit` is its organisational unit, to which `TLS_CLIENT_ROLES` gives a role. */
export async function issueForClient (
  authority: Credentials, { name, unit }: { name: string, unit: string }, validity: Validity
): Promise<Credentials> {
  const key = await makeKey()
  const certificate = await issue({
    subject: [{ CN: [name] }, { OU: [unit] }],
    issuer: nameOf(authority),
    key,
    signingKey: authority.key,
    validity,
    extensions: leafExtensions(ExtendedKeyUsage.clientAuth)
  })
  return { certificate, key }
}
