import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

const OPTIONS: FastifyCorsOptions = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
  exposedHeaders: ['ETag', 'Retry-After', 'X-Request-Id'],
  maxAge: 600,
  // OPTIONS from elsewhere than a browser is no failure.
  strictPreflight: false
}

/** The path of a route, such as `/face/:user_id`, as an expression. */
const asExpression = (url: string): RegExp => new RegExp(
  `^${url.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+').replaceAll('*', '.*')}$`
)

/** Finds the route that a preflight request is about. */
function createRouteFinder (fastify: FastifyInstance): (request: FastifyRequest) => FastifyContextConfig {
  let routes: Array<{ methods: string[], path: RegExp, config: FastifyContextConfig }> | undefined
  return ({ url, headers }) => {
    routes ??= fastify.routes.map(({ method, url, config = {} }) => (
      { methods: [method].flat(), path: asExpression(url), config }
    ))
    const [path = ''] = url.split('?')
    const method = headers['access-control-request-method'] ?? 'GET'
    return routes.find((route) => route.methods.includes(method) && route.path.test(path))?.config ?? {}
  }
}

/**
 * Lets browser front ends of `CORS_ORIGINS` (comma separated, `*` for any) call the server. Unless that is set, pages
 * of any origin may call what changes nothing, and as long as there is no key what the old service let them change.
 */
export default fp(async function corsPlugin (fastify) {
  const origins = fastify.config.CORS_ORIGINS?.split(',').map((origin) => origin.trim())
  // The plugin's route for whatever it is asked declares no role itself.
  fastify.addHook('onRoute', (route) => {
    if (route.method === 'OPTIONS') route.config = { ...route.config, role: 'anybody' }
  })
  if (origins) {
    await fastify.register(cors, { ...OPTIONS, origin: origins.includes('*') ? '*' : origins })
    return
  }

  const anyOrigin: FastifyCorsOptions = { ...OPTIONS, origin: '*' }
  const noOrigin: FastifyCorsOptions = { ...OPTIONS, origin: false }
  const routeOf = createRouteFinder(fastify)
  function optionsFor (request: FastifyRequest): FastifyCorsOptions {
    const { audit, isOpenWithoutKeys } = request.method === 'OPTIONS' ? routeOf(request) : request.routeOptions.config
    const isChange = audit !== undefined
    return !isChange || (isOpenWithoutKeys && !fastify.access.isClosed()) ? anyOrigin : noOrigin
  }
  await fastify.register(cors, { delegator: (request, callback) => callback(null, optionsFor(request)) })
}, { name: 'cors' })
