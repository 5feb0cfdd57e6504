import fp from 'fastify-plugin'
import { createKeySet } from '../../src/access/key-set.ts'
import { createTokenVerifier, isToken, parsePublicKey, type VerifyToken } from '../../src/access/tokens.ts'
import { shownKey } from './access.ts'

/** Recognises who shows a token of the identity provider that the configuration names. */
export default fp(async function tokensPlugin (fastify) {
  const { config, log } = fastify
  let verify: VerifyToken
  if (config.JWT_PUBLIC_KEY !== undefined) {
    verify = createTokenVerifier(config, parsePublicKey(config.JWT_PUBLIC_KEY))
  } else if (config.JWT_JWKS_URL !== undefined) {
    const keys = createKeySet(config.JWT_JWKS_URL, {
      onFailure: (err) => log.warn({ err }, 'identity provider does not answer'),
      onRecovery: () => log.info('identity provider answers again')
    })
    verify = createTokenVerifier(config, keys.find)
    fastify.addHook('onReady', async () => keys.open())
    fastify.addHook('onClose', async () => keys.close())
  } else {
    return
  }
  fastify.access.addWay((request) => {
    const token = shownKey(request)
    return token !== undefined && isToken(token) ? verify(token) : undefined
  }, { takesKeys: true })
}, { name: 'tokens', dependencies: ['access'] })
