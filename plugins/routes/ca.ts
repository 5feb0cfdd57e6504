import type { X509Certificate } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { FaceError } from '../../src/errors.ts'
import { ownAuthority } from '../../src/tls/server-certificate.ts'
import { AUTHORITY_PAGE_STYLE, authorityPage } from '../browsers/authority-page.ts'
import { errorResponses } from './common-schemas.ts'

const description = 'NOT_FOUND unless the chain in TLS_CERT_FILE ends with a certificate authority of one\'s own, as ' +
  'npm run tls makes it.'

const pageSchema = {
  tags: ['operation'],
  summary: 'How a device learns to trust this server',
  description,
  response: {
    200: { content: { 'text/html': { schema: Type.String({ description: 'A page with instructions' }) } } },
    ...errorResponses('NOT_FOUND')
  }
}

const certificateSchema = {
  tags: ['operation'],
  summary: 'The certificate authority of this server',
  description,
  response: {
    200: { content: { 'application/x-x509-ca-cert': { schema: Type.String({ description: 'PEM' }) } } },
    ...errorResponses('NOT_FOUND')
  }
}

const helmet = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': "'none'",
      'style-src': AUTHORITY_PAGE_STYLE,
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'"
    }
  }
}

/** `GET /ca` and `GET /ca.crt`: for tablets, whose camera needs a trusted certificate. */
const ca: FastifyPluginAsyncTypebox = async (fastify) => {
  function authority (): X509Certificate {
    const found = fastify.certificate && ownAuthority(fastify.certificate)
    if (!found) {
      throw new FaceError('NOT_FOUND', { message: 'There is no certificate authority to offer: npm run tls makes one' })
    }
    return found
  }

  const config = { role: 'anybody' } as const
  fastify.get('/ca', { schema: pageSchema, config, helmet }, async (_request, reply) => {
    reply.type('text/html; charset=utf-8')
    return authorityPage(authority())
  })

  fastify.get('/ca.crt', { schema: certificateSchema, config }, async (_request, reply) => {
    reply.type('application/x-x509-ca-cert').header('content-disposition', 'attachment; filename="face-server-ca.crt"')
    return authority().toString()
  })
}

export default ca
