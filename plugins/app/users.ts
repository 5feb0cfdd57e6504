import fp from 'fastify-plugin'
import { createDirectory, type Directory } from '../../src/users/directory.ts'
import { createUsers, type Users } from '../../src/users/users.ts'

declare module 'fastify' {
  interface FastifyInstance {
    directory: Directory
    users: Users
  }
}

/** The users behind the encodings: a directory that follows the store, and the use cases of the routes. */
export default fp(async function usersPlugin (fastify) {
  const directory = createDirectory()
  fastify.encodingStore.onChange(directory.apply)
  fastify.decorate('directory', directory)
  fastify.decorate('users', createUsers(fastify.encodingStore, fastify.sightings))
  // Hooks run in the order in which they were added: now the store is open.
  fastify.addHook('onReady', async () => directory.sort())
}, { name: 'users', dependencies: ['face-store', 'sightings'] })
