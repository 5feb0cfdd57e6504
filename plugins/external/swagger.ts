import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import { answerError } from '../app/error-handler.ts'
import { VERSION } from '../../src/config.ts'
import { describeRoute } from '../openapi/describe-route.ts'

const PREFIX = '/docs'
/** The OpenAPI document, from the schemas of the routes alone: to read at /docs, as JSON at /docs/json. */
export default fp(async function swaggerPlugin (fastify) {
  // The routes of the plugins below declare no role themselves.
  fastify.addHook('onRoute', (route) => {
    if (route.url.startsWith(PREFIX)) route.config = { ...route.config, role: 'kiosk', isOpenWithoutKeys: true }
  })
  await fastify.register(swagger, {
    transform: describeRoute,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Face Recognition Server',
        description: 'Says who is in a photo. No photo is stored: of a registration the encoding is, and with ' +
          'KEEP_FACE_CHIPS the face, encrypted. Only an administrator\'s export gives them out.',
        version: VERSION,
        license: { name: 'MIT', identifier: 'MIT' }
      },
      servers: [{ url: '/', description: 'This server' }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A key; how to make one: docs/api.md' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key' },
          session: { type: 'apiKey', in: 'cookie', name: 'face_session', description: 'Of POST /session' }
        }
      },
      tags: [
        { name: 'faces', description: 'Register, recognise and delete faces' },
        { name: 'users', description: 'Look after the people behind the faces' },
        { name: 'attendance', description: 'Who came and went' },
        { name: 'keys', description: 'Who may do what' },
        { name: 'sessions', description: 'Browsers that are signed in' },
        { name: 'operation', description: 'Health and statistics' }
      ]
    }
  })
  await fastify.register(async (docs) => {
    // The one of all routes comes too late for these.
    docs.setErrorHandler(answerError)
    await docs.register(swaggerUi, {
      routePrefix: PREFIX,
      // Its own one would make browsers ask for its files over HTTPS, also where the server speaks HTTP.
      staticCSP: {
        'default-src': "'none'",
        'script-src': "'self'",
        'style-src': "'self'",
        'img-src': ["'self'", 'data:'],
        'connect-src': "'self'",
        'base-uri': "'none'",
        'form-action': "'none'",
        'frame-ancestors': "'none'"
      }
    })
  })
}, { name: 'swagger' })
