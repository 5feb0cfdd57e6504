import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import Provider from 'oidc-provider'

const CLIENT = { client_id: 'console', client_secret: 'a secret of the tests' }

/** A certified OpenID provider on a port of 127.0.0.1, which gives tokens to clients that name what they are for. */
export interface IdentityProvider {
  readonly issuer: string
  readonly keysUrl: string
  /** An access token by client credentials, for this audience and with these roles. */
  token (audience: string, roles?: unknown): Promise<string>
  /** Signs with a new key from now on; the old one is withdrawn. */
  rotate (): Promise<void>
  /** The port stays, and whoever connects is cut off. */
  goAway (): void
  comeBack (): void
  /** How often its keys were asked for. */
  keyRequests (): number
}

async function signingKey (alg: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...await exportJWK(privateKey), alg, use: 'sig' }
}

/** Starts one that signs with this algorithm; ended after the test. */
export async function startIdentityProvider (
  t: TestContext, alg: 'RS256' | 'ES256' = 'RS256'
): Promise<IdentityProvider> {
  let roles: unknown
  let handle: RequestListener = () => {}
  let away = false
  let keyRequests = 0
  const server = createServer((request, response) => {
    if (request.url === '/jwks') keyRequests++
    if (away) request.socket.destroy()
    else handle(request, response)
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function rotate (): Promise<void> {
    const provider = new Provider(issuer, {
      jwks: { keys: [await signingKey(alg)] },
      clients: [{
        ...CLIENT,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: alg
      }],
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context: unknown, audience: string) => (
            { scope: '', audience, accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg } } }
          )
        }
      },
      extraTokenClaims: () => ({ roles, realm: { names: roles } })
    })
    handle = provider.callback()
  }
  await rotate()

  return {
    issuer,
    keysUrl: `${issuer}/jwks`,
    rotate,
    keyRequests: () => keyRequests,
    goAway: () => { away = true },
    comeBack: () => { away = false },
    async token (audience, wanted) {
      roles = wanted
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${CLIENT.client_id}:${encodeURIComponent(CLIENT.client_secret)}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience })
      })
      const { access_token: token, ...rest } = await response.json() as { access_token?: string }
      if (token === undefined) throw new Error(JSON.stringify(rest))
      return token
    }
  }
}
