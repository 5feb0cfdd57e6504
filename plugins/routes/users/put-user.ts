import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { profileOf } from '../../../src/users/profile.ts'
import { errorResponses, UserIdParamsSchema } from '../common-schemas.ts'
import { PROFILE_FIELDS, userAnswer, UserSchema } from './common-schemas.ts'

const schema = {
  tags: ['users'],
  summary: 'Replace what is set of a user',
  description: 'Name, groups, validity, consent and metadata become what is sent; what is left out is removed. The ' +
    'encodings stay. With If-Match, only if the user was not changed since that ETag was read.',
  params: UserIdParamsSchema,
  headers: Type.Object({ 'if-match': Type.Optional(Type.String({ description: 'An ETag of this user' })) }),
  body: Type.Partial(Type.Object(PROFILE_FIELDS)),
  response: {
    200: UserSchema,
    ...errorResponses(
      'USER_NOT_FOUND', 'USER_CHANGED', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'STORE_UNAVAILABLE', 'STORE_FULL'
    )
  }
}

/** The tags of an `If-Match` header. */
const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim().replace(/^"(.*)"$/, '$1'))

/** `PUT /users/{user_id}` */
const putUser: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'enroller', takesJson: true, audit: 'change-user', answersAnew: true } as const
  fastify.put('/users/:user_id', { schema, config }, async (request, reply) => {
    const { params, headers: { 'if-match': ifMatch }, body, context } = request
    if (request.isDone) return userAnswer(reply, await fastify.users.get(params.user_id, context))
    const profile = profileOf({
      displayName: body.display_name,
      groups: body.groups,
      validFrom: body.valid_from,
      validUntil: body.valid_until,
      consentId: body.consent_id,
      metadata: body.metadata
    })
    const expected = ifMatch === undefined ? undefined : tagsOf(ifMatch)
    return userAnswer(reply, await fastify.users.replaceProfile(params.user_id, profile, expected, context))
  })
}

export default putUser
