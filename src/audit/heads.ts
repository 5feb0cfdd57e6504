import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto'

/** DER of an Ed25519 private key (PKCS #8, RFC 8410) up to its 32 bytes, and of a public one (SPKI). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const ID_CHARACTERS = 16

/** The end of the chain at some moment: keep it elsewhere, and nothing before it can be changed or cut off unseen. */
export interface Head {
  /** Number and hash of the last line. */
  seq: number
  hash: string
  /** ISO 8601. */
  at: string
}

/** Of the line that follows the one that it vouches for; empty without `AUDIT_KEY`. */
export interface Signature {
  /** Id of the key. */
  key?: string
  /** Ed25519, base64. */
  signature?: string
}

const message = ({ seq, hash, at }: Head): Buffer => Buffer.from(`face audit head\n${seq}\n${hash}\n${at}`)

const bytesOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length)

const idOf = (key: KeyObject): string => hash('sha256', bytesOf(key), 'hex').slice(0, ID_CHARACTERS)

/** Signs heads. */
export interface HeadSigner {
  sign (head: Head): Signature
  /** 32 bytes in base64: what verifying needs. */
  readonly publicKey: string
}

/** `auditKey` is 32 bytes in base64. */
export function createHeadSigner (auditKey: string): HeadSigner {
  const key = createPrivateKey({
    key: Buffer.concat([PRIVATE_PREFIX, Buffer.from(auditKey, 'base64')]), format: 'der', type: 'pkcs8'
  })
  const publicKey = createPublicKey(key)
  const id = idOf(publicKey)
  return {
    sign: (head) => ({ key: id, signature: sign(null, message(head), key).toString('base64') }),
    publicKey: bytesOf(publicKey).toString('base64')
  }
}

/** Checks signatures. */
export type HeadVerifier = (head: Head, signature: Signature) => boolean

/** Accepts each of the keys, which are 32 bytes in base64. */
export function createHeadVerifier (...publicKeys: string[]): HeadVerifier {
  const keys = publicKeys.map((publicKey) => createPublicKey({
    key: Buffer.concat([PUBLIC_PREFIX, Buffer.from(publicKey, 'base64')]), format: 'der', type: 'spki'
  }))
  return (head, { signature }) => signature !== undefined && keys.some((key) => (
    verify(null, message(head), key, Buffer.from(signature, 'base64'))
  ))
}
