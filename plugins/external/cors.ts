import cors from '@fastify/cors'
import fp from 'fastify-plugin'

/** Lets browser front ends of `CORS_ORIGINS` (comma separated, `*` for any) call the server. */
export default fp(async function corsPlugin (fastify) {
  const origins = fastify.config.CORS_ORIGINS.split(',').map((origin) => origin.trim())
  // The plugin's route for whatever it is asked declares no role itself.
  fastify.addHook('onRoute', (route) => {
    if (route.method === 'OPTIONS') route.config = { ...route.config, role: 'anybody' }
  })
  await fastify.register(cors, {
    origin: origins.includes('*') ? '*' : origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    exposedHeaders: ['ETag', 'Retry-After', 'X-Request-Id'],
    maxAge: 600,
    // OPTIONS from elsewhere than a browser is no failure.
    strictPreflight: false
  })
}, { name: 'cors' })
