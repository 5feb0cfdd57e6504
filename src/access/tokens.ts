import { createPublicKey, type KeyObject } from 'node:crypto'
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { type Config, ConfigError } from '../config.ts'
import { FaceError } from '../errors.ts'
import type { Caller, Role } from './roles.ts'

/** Signatures by a private key alone: with a shared secret, whoever can check a token can make one. */
const ALGORITHMS = [
  'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'
]
const NAME_LENGTH_MAX = 64
/** Of several roles in a token the first of these counts. */
const ROLES_BY_RANK: readonly Role[] = ['admin', 'enroller', 'kiosk', 'monitor']
/** Three parts in base64url, the first of which is an object of JSON. */
const TOKEN = /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/

/** Whether a text can be a JSON Web Token. */
export const isToken = (text: string): boolean => TOKEN.test(text)

/** Says who has signed in at the identity provider. Throws `UNAUTHORIZED`, `FORBIDDEN` or `PROVIDER_UNAVAILABLE`. */
export type VerifyToken = (token: string) => Promise<Caller>

/** The key in `JWT_PUBLIC_KEY`, in which `\n` may stand for the ends of lines. Throws {@link ConfigError}. */
export function parsePublicKey (text: string): KeyObject {
  const pem = text.replaceAll('\\n', '\n')
  try {
    if (/PRIVATE KEY/.test(pem)) throw new Error('this one is private')
    return createPublicKey(pem)
  } catch (cause) {
    throw new ConfigError('JWT_PUBLIC_KEY is not allowed: expected a public key or a certificate in PEM', { cause })
  }
}

/** The value of a claim by its name, or by the names on the way to it with dots between them. */
function claimOf (payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name]
  let value: unknown = payload
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string, unknown>)[part]
  }
  return value
}

function roleOf (payload: JWTPayload, claim: string): Role | undefined {
  const named = [claimOf(payload, claim)].flat()
  return ROLES_BY_RANK.find((role) => named.includes(role))
}

function nameOf ({ sub, preferred_username: username, name }: JWTPayload): string {
  return String([username, name].find((one) => typeof one === 'string') ?? sub).slice(0, NAME_LENGTH_MAX)
}

/** Checks tokens with the key, or with those of a key set, by the rules of the configuration. */
export function createTokenVerifier (
  config: Pick<Config, 'JWT_ISSUER' | 'JWT_AUDIENCE' | 'JWT_ROLE_CLAIM' | 'JWT_CLOCK_SKEW'>,
  key: KeyObject | JWTVerifyGetKey
): VerifyToken {
  const options = {
    algorithms: ALGORITHMS,
    issuer: config.JWT_ISSUER!,
    audience: config.JWT_AUDIENCE!,
    clockTolerance: config.JWT_CLOCK_SKEW,
    requiredClaims: ['sub', 'exp']
  }

  async function payloadOf (token: string): Promise<JWTPayload> {
    try {
      // Typed apart: one is a key, the other finds it.
      return (typeof key === 'function'
        ? await jwtVerify(token, key, options)
        : await jwtVerify(token, key, options)).payload
    } catch (err) {
      // A TypeError is what jose makes of a key that is not for the algorithm of the token.
      if (!(err instanceof errors.JOSEError || err instanceof TypeError)) throw err
      // Without the claims, which the error may have, too.
      throw new FaceError('UNAUTHORIZED', { cause: new Error(err.message) })
    }
  }

  return async (token) => {
    const payload = await payloadOf(token)
    const role = roleOf(payload, config.JWT_ROLE_CLAIM)
    if (role === undefined) throw new FaceError('FORBIDDEN')
    return { id: payload.sub!, name: nameOf(payload), role, via: 'token' }
  }
}
