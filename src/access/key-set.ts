import {
  createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JSONWebKeySet, type JWTVerifyGetKey
} from 'jose'
import { FaceError } from '../errors.ts'

const FETCH_MS_MAX = 5_000
const BYTES_MAX = 256 * 1024
/** A key that the provider withdraws is not accepted for longer. */
const REFRESH_MS = 5 * 60_000
/** How long the keys are believed while the provider does not answer. */
const AGE_MS_MAX = 60 * 60_000
/** How often tokens that name unknown keys can make us ask the provider again, and when it has just failed. */
const COOLDOWN_MS = 30_000
const RETRY_MS = 5_000

/** The keys of an identity provider, fetched and kept. */
export interface KeySet {
  /** For `jwtVerify`. Throws `PROVIDER_UNAVAILABLE` when the key is not known and the keys cannot be fetched. */
  readonly find: JWTVerifyGetKey
  /** Fetches the keys now and every few minutes, until it is closed. */
  open (): void
  close (): void
}

/** What is wrong with the token that names the key, and not with the provider. */
const REFUSALS = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported]

/** The answer as JSON. Throws on one that is too large or no key set. */
async function readKeySet (response: Response): Promise<JSONWebKeySet> {
  if (response.status !== 200) throw new Error(`status ${response.status}`)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > BYTES_MAX) throw new Error(`more than ${BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  const keys = JSON.parse(Buffer.concat(chunks).toString()) as JSONWebKeySet
  createLocalJWKSet(keys)
  return keys
}

/**
 * The key set at this address; `onFailure` is called when it can no longer be fetched, `onRecovery` when it can again.
 */
export function createKeySet (
  url: string, { onFailure, onRecovery }: { onFailure: (err: unknown) => void, onRecovery: () => void }
): KeySet {
  let failure: { err: unknown, at: number } | undefined
  let timer: NodeJS.Timeout | undefined

  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_MS_MAX,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: AGE_MS_MAX,
    async [customFetch] (address, options) {
      if (failure && performance.now() - failure.at < RETRY_MS) throw failure.err
      try {
        const found = await readKeySet(await fetch(address, options))
        if (failure) onRecovery()
        failure = undefined
        return Response.json(found)
      } catch (err) {
        if (!failure) onFailure(err)
        failure = { err, at: performance.now() }
        throw err
      }
    }
  })

  return {
    async find (header, token) {
      try {
        return await keys(header, token)
      } catch (err) {
        if (REFUSALS.some((Refusal) => err instanceof Refusal)) throw err
        throw new FaceError('PROVIDER_UNAVAILABLE', { cause: err, retryAfterSeconds: RETRY_MS / 1000 })
      }
    },
    open () {
      const refresh = (): void => { keys.reload().catch(() => {}) } // Reported, and asked again when it is needed.
      refresh()
      timer = setInterval(refresh, REFRESH_MS).unref()
    },
    close: () => clearInterval(timer)
  }
}
