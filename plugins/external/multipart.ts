import multipart from '@fastify/multipart'
import fp from 'fastify-plugin'

/** Form uploads: one photo, its user id, and a few fields of no interest. */
export default fp(async function multipartPlugin (fastify) {
  await fastify.register(multipart, {
    throwFileSizeLimit: true,
    limits: {
      fileSize: fastify.config.MAX_IMAGE_BYTES,
      files: 1,
      fields: 10,
      parts: 11,
      fieldNameSize: 100,
      // A photo may also come as base64 text in a field.
      fieldSize: Math.ceil(fastify.config.MAX_IMAGE_BYTES * 4 / 3) + 1024,
      headerPairs: 100
    }
  })
}, { name: 'multipart' })
