import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { secretHash } from '../../src/access/key-text.ts'
import { createKeys, type Keys } from '../../src/access/keys.ts'
import { ADMIN_KEY_ID, includesRole, type Caller, type RequiredRole } from '../../src/access/roles.ts'
import { FaceError } from '../../src/errors.ts'
import type { AuthFailure } from '../../src/observability/metrics.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The least role that may call the route. The server does not start with a route that has none. */
    role?: RequiredRole
    /** One of the endpoints that the kiosks of the old service call: open to anybody as long as there is no key. */
    isOpenWithoutKeys?: boolean
  }
  interface FastifyInstance {
    access: Access
    keys: Keys
  }
  interface FastifyRequest {
    /** Who shows a key, or whatever else {@link Access.addWay} has added; undefined for anybody else. */
    caller: Caller | undefined
  }
}

/**
 * One way to find the caller. Undefined for a request that shows nothing of this kind, or nothing that is known; throws
 * `UNAUTHORIZED` where another way need not be tried.
 */
export type FindCaller = (request: FastifyRequest) => Caller | undefined | Promise<Caller | undefined>

/** Who may call what. */
export interface Access {
  /** The caller with the key of this id, if it is valid now and, where one is given, from this address. */
  callerOf (keyId: string, address?: string): Caller | undefined
  /**
   * Ways are tried in the order in which they were added, until one finds the caller. One that takes keys looks at
   * {@link shownKey}: as long as there is none, keys mean nothing.
   */
  addWay (find: FindCaller, options?: { takesKeys: boolean }): void
  /** Whether the endpoints that may be open ask for a key. */
  isClosed (): boolean
  /** Whether the sender of the request has this role, or the server is open and asks nobody. */
  allows (request: FastifyRequest, role: RequiredRole): boolean
  /**
   * Finds the caller. Throws `UNAUTHORIZED` for a wrong key, even where none is needed: its sender would take the
   * answer for one to the key. Throws `RATE_LIMITED` for the next one of an address that has shown many.
   */
  identify (request: FastifyRequest): Promise<void>
  /** Throws `UNAUTHORIZED` or `FORBIDDEN` unless the caller may call the route of the request. */
  authorize (request: FastifyRequest): void
}

/** How often it is looked whether keys were used whose last use is to be stored. */
const USES_MS = 60_000
const OPEN = 'OPEN TO EVERYBODY: whoever reaches the port can register, replace and delete people, until the first ' +
  'key is made: npm run keys -- create --name NAME --role admin (or AUTH=required; AUTH=open leaves it so)'

/** RFC 6750. Other schemes are the business of a proxy before the server. */
const BEARER = /^Bearer +(.*)$/i

/** The key that a request shows, by either header. */
export function shownKey ({ headers }: FastifyRequest): string | undefined {
  const key = BEARER.exec(headers.authorization ?? '')?.[1] ?? headers['x-api-key']
  return Array.isArray(key) ? key[0] : key
}

const ADMIN: Caller = { id: ADMIN_KEY_ID, name: 'ADMIN_KEY', role: 'admin', via: 'admin-key' }

/** Recognises `ADMIN_KEY`. */
function createAdminKeyCheck (adminKey: string): (request: FastifyRequest) => boolean {
  // Of one length for all keys, so that comparing them takes the same time.
  const expected = secretHash(adminKey)
  return (request) => {
    const key = shownKey(request)
    return key !== undefined && timingSafeEqual(secretHash(key), expected)
  }
}

/** Finds the caller of each request, and says who may call which route; plugins/app/admission.ts asks. */
export default fp(async function accessPlugin (fastify) {
  const { ADMIN_KEY, AUTH } = fastify.config
  const keys = createKeys(fastify.documents)
  const ways: FindCaller[] = [
    (request) => {
      const key = shownKey(request)
      return key === undefined ? undefined : keys.find(key, request.ip)
    }
  ]
  let takesKeys = ADMIN_KEY !== undefined
  if (ADMIN_KEY !== undefined) {
    const isAdmin = createAdminKeyCheck(ADMIN_KEY)
    // People have chosen it, so it can be guessed; the random ones cannot.
    ways.push((request) => isAdmin(request) && !fastify.limits.hasFailedOften(request) ? ADMIN : undefined)
  }
  /** Whether there is anything that a request could show. */
  const expectsKeys = (): boolean => takesKeys || AUTH === 'required' || keys.exist()
  const isClosed = (): boolean => AUTH === 'required' || (AUTH !== 'open' && keys.exist())

  async function findCaller (request: FastifyRequest): Promise<Caller | undefined> {
    for (const find of ways) {
      const found = find(request)
      const caller = found instanceof Promise ? await found : found
      if (caller) return caller
    }
    if (shownKey(request) !== undefined && expectsKeys()) throw new FaceError('UNAUTHORIZED')
    return undefined
  }

  /** Throws `RATE_LIMITED` for one too many. */
  function countFailure (request: FastifyRequest): void {
    let reason: AuthFailure = 'limited'
    try {
      fastify.limits.countFailure(request)
      reason = 'wrong'
    } finally {
      fastify.metrics.authFailed(reason)
    }
  }

  fastify.decorateRequest('caller', undefined)
  fastify.decorate('keys', keys)
  fastify.decorate('access', {
    callerOf: (keyId: string, address?: string) => (
      keyId === ADMIN_KEY_ID ? (ADMIN_KEY === undefined ? undefined : ADMIN) : keys.callerOf(keyId, address)
    ),
    addWay (find: FindCaller, options = { takesKeys: false }) {
      ways.push(find)
      takesKeys ||= options.takesKeys
    },
    isClosed,
    allows: ({ caller }: FastifyRequest, role: RequiredRole) => (
      !isClosed() || (caller !== undefined && includesRole(caller.role, role))
    ),
    async identify (request: FastifyRequest) {
      try {
        request.caller = await findCaller(request)
      } catch (err) {
        if (err instanceof FaceError && err.code === 'UNAUTHORIZED') countFailure(request)
        throw err
      }
    },
    authorize ({ caller, routeOptions }: FastifyRequest) {
      const { role = 'admin', isOpenWithoutKeys = false } = routeOptions.config
      if (role === 'anybody' || (isOpenWithoutKeys && !isClosed())) return
      if (caller && includesRole(caller.role, role)) return
      fastify.metrics.authFailed(caller ? 'forbidden' : 'missing')
      throw new FaceError(caller ? 'FORBIDDEN' : 'UNAUTHORIZED')
    }
  })
  // RFC 9110: an answer 401 says how to do better.
  fastify.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode === 401) reply.header('www-authenticate', 'Bearer')
  })

  let storing: NodeJS.Timeout | undefined
  fastify.addHook('onReady', async () => {
    for (const { method, url, config } of fastify.routes) {
      if (!config?.role) throw new Error(`${String(method)} ${url} declares no role: config: { role: … }`)
    }
    if (!isClosed()) fastify.log.warn(OPEN)
    storing = setInterval(() => {
      keys.storeUses().catch((err: unknown) => fastify.log.warn({ err }, 'use of keys not stored'))
    }, USES_MS).unref()
  })
  fastify.addHook('onClose', async () => clearInterval(storing))
}, { name: 'access', dependencies: ['error-handler', 'face-store', 'metrics', 'rate-limit'] })
