import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import { VERSION } from '../../src/config.ts'

/** The OpenAPI document, from the schemas of the routes alone: to read at /docs, as JSON at /docs/json. */
export default fp(async function swaggerPlugin (fastify) {
  await fastify.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Face Recognition Server',
        description: 'Says who is in a photo. Photos are never stored; encodings never leave the server.',
        version: VERSION,
        license: { name: 'MIT', identifier: 'MIT' }
      },
      components: {
        securitySchemes: {
          administrator: {
            type: 'http',
            scheme: 'bearer',
            description: 'ADMIN_KEY, if the server has one. Nothing needs it; some answers say more with it.'
          }
        }
      },
      tags: [
        { name: 'faces', description: 'Register, recognise and delete faces' },
        { name: 'operation', description: 'Health and statistics' }
      ]
    }
  })
  await fastify.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
}, { name: 'swagger' })
