import helmet from '@fastify/helmet'
import fp from 'fastify-plugin'

/** Browsers keep to HTTPS for so long after they have seen it, for all ports of the host. */
const HSTS_SECONDS = 30 * 86_400

/**
 * Headers by which browsers restrict what pages may do with answers, and what answers may do. An answer that is a page
 * states its own policy: `helmet: { contentSecurityPolicy: … }` in the options of its route.
 */
export default fp(async function helmetPlugin (fastify) {
  await fastify.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': "'none'", 'base-uri': "'none'", 'form-action': "'none'", 'frame-ancestors': "'none'"
      }
    },
    xFrameOptions: { action: 'deny' },
    // With 'no-referrer' browsers would not say where a form comes from, which is checked.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: fastify.certificate !== null && { maxAge: HSTS_SECONDS, includeSubDomains: false }
  })
  // Answers are about people: they are not to lie in caches. What is the same for everybody says so.
  fastify.addHook('onRequest', async (_request, reply) => { reply.header('cache-control', 'no-store') })
}, { name: 'helmet' })
