import { randomInt, timingSafeEqual } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { FaceError } from '../errors.ts'
import type { DocumentContent, DocumentStore } from '../store/documents/document-store.ts'
import { newSecret, secretHash } from './key-text.ts'

const CODE_DIGITS = 6
/** Whoever sets up a kiosk stands before it. */
export const PAIRING_MS = 5 * 60_000
/** Wrong codes, from anywhere, after which a pairing has ended: a guess succeeds once in 200,000 pairings. */
export const TRIES_MAX = 5
export const PAIRINGS_MAX = 20
/** One document has all of them, so that a wrong code counts for each at once. */
const DOCUMENT_ID = 'open'

const OpenPairingSchema = Type.Object({
  /** Makes the hash of a code that is used again another one. */
  salt: Type.String(),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  expiresAt: Type.String(),
  triesLeft: Type.Integer(),
  name: Type.String(),
  groups: Type.Optional(Type.Array(Type.String()))
})
const OpenPairingsSchema = Type.Object({ pairings: Type.Array(OpenPairingSchema) })
type OpenPairing = Static<typeof OpenPairingSchema>

/** What the key of a kiosk is to be. */
export interface PairingWishes {
  readonly name: string
  /** The users whom it may see; all, if there are none. */
  readonly groups?: string[]
}

/** Codes by which kiosks get their keys. */
export interface Pairings {
  /** A new code, and until when it is valid. Throws `RATE_LIMITED` while too many are open. */
  open (wishes: PairingWishes): Promise<{ code: string, expiresAt: string }>
  /**
   * What was wished for the kiosk with this code, once. Throws `UNAUTHORIZED` for a code that is wrong, was used or has
   * expired, which counts against every pairing that is open.
   */
  complete (code: string): Promise<PairingWishes>
}

const hashOf = (code: string, salt: string): Buffer => secretHash(`${salt} ${code}`)

/** Keeps pairings in the documents beside the encodings, for all processes. */
export function createPairings (documents: DocumentStore, now: () => number = Date.now): Pairings {
  const openOnes = (content: DocumentContent | null): OpenPairing[] =>
    Value.Check(OpenPairingsSchema, content)
      ? content.pairings.filter(({ expiresAt, triesLeft }) => Date.parse(expiresAt) > now() && triesLeft > 0)
      : []
  const documentOf = (pairings: OpenPairing[]): DocumentContent | null => pairings.length === 0 ? null : { pairings }
  /** Compares with all, whether or not one fits. */
  const findAll = (pairings: OpenPairing[], code: string): OpenPairing[] => pairings.filter(({ salt, sha256 }) => (
    timingSafeEqual(hashOf(code, salt), Buffer.from(sha256, 'hex'))
  ))

  return {
    async open ({ name, groups }) {
      const expiresAt = new Date(now() + PAIRING_MS).toISOString()
      let code = ''
      await documents.update('pairings', DOCUMENT_ID, (present) => {
        const pairings = openOnes(present)
        if (pairings.length >= PAIRINGS_MAX) {
          throw new FaceError('RATE_LIMITED', {
            message: `${PAIRINGS_MAX} pairings are open: use them, or wait until they end`,
            retryAfterSeconds: PAIRING_MS / 1000
          })
        }
        do code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0')
        while (findAll(pairings, code).length > 0)
        const salt = newSecret()
        const sha256 = hashOf(code, salt).toString('hex')
        const added = { salt, sha256, expiresAt, triesLeft: TRIES_MAX, name, ...groups && { groups } }
        return documentOf([...pairings, added])
      })
      return { code, expiresAt }
    },
    async complete (code) {
      // Guesses while nobody waits for a kiosk cost nothing.
      if (openOnes(documents.get('pairings', DOCUMENT_ID)).length === 0) throw new FaceError('UNAUTHORIZED', WRONG)
      let found: OpenPairing | undefined
      await documents.update('pairings', DOCUMENT_ID, (present) => {
        const pairings = openOnes(present)
        found = findAll(pairings, code)[0]
        const left = found
          ? pairings.filter((pairing) => pairing !== found)
          : pairings.map((pairing) => ({ ...pairing, triesLeft: pairing.triesLeft - 1 }))
        return documentOf(left.filter(({ triesLeft }) => triesLeft > 0))
      })
      if (!found) throw new FaceError('UNAUTHORIZED', WRONG)
      const { name, groups } = found
      return { name, ...groups && { groups } }
    }
  }
}

const WRONG = { message: 'This code is not valid, or not any more: ask the administrator for a new one' }
