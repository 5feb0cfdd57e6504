import rateLimit, { type FastifyRateLimitStore, type FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { createSharedCounter, type Counts } from '../../src/access/shared-counter.ts'
import { shareCounts } from '../../src/cluster/shared-counts.ts'
import { FaceError } from '../../src/errors.ts'
import { createCountExchange } from '../../src/store/postgres/count-exchange.ts'

declare module 'fastify' {
  interface FastifyInstance {
    limits: Limits
  }
}

/** Limits that all processes share, beside that of addresses. */
export interface Limits {
  /** Throws `RATE_LIMITED` beyond `KEY_RATE_LIMIT_MAX` requests of a caller within `RATE_LIMIT_WINDOW` seconds. */
  countCaller (request: FastifyRequest): void
  /** Counts a wrong key. Throws `RATE_LIMITED` when the address has shown `AUTH_FAILURES_MAX` within ten minutes. */
  countFailure (request: FastifyRequest): void
  /** Whether the address has shown so many. */
  hasFailedOften (request: FastifyRequest): boolean
}

/** Longer than that of requests: who tries keys is to be slow. */
const FAILURES_MS = 600_000

function refusal (ttlMs: number, what = 'Too many requests'): FaceError {
  const retryAfterSeconds = Math.ceil(ttlMs / 1000)
  return new FaceError('RATE_LIMITED', {
    message: `${what}: try again in ${retryAfterSeconds} seconds`, retryAfterSeconds
  })
}

/**
 * Each client address gets `RATE_LIMIT_MAX` requests per `RATE_LIMIT_WINDOW` seconds; routes may opt out by
 * `config: { rateLimit: false }`. When it is asked, the admission desk says: plugins/app/admission.ts. The processes of
 * a machine know of each other's requests within 100 ms, machines with one database within a second.
 */
export default fp(async function rateLimitPlugin (fastify) {
  const { RATE_LIMIT_MAX, RATE_LIMIT_WINDOW, KEY_RATE_LIMIT_MAX, AUTH_FAILURES_MAX, DATABASE_URL } = fastify.config
  const windowMs = RATE_LIMIT_WINDOW * 1000
  const addresses = createSharedCounter({ name: 'addresses', windowMs })
  const callers = createSharedCounter({ name: 'callers', windowMs })
  const failures = createSharedCounter({ name: 'failures', windowMs: FAILURES_MS })
  const counters = [addresses, callers, failures]

  const store: FastifyRateLimitStore = {
    incr (address, callback) {
      const { count, ttlMs } = addresses.hit(address, RATE_LIMIT_MAX)
      callback(null, { current: count, ttl: ttlMs })
    },
    child: () => store
  }
  await fastify.register(rateLimit, {
    global: false,
    max: RATE_LIMIT_MAX,
    timeWindow: windowMs,
    store: function SharedStore () { return store } as unknown as FastifyRateLimitStoreCtor,
    errorResponseBuilder: (_request, { ttl }) => refusal(ttl)
  })

  const addressOf = ({ ip }: FastifyRequest): string => rateLimit.normalizeIP(ip)
  fastify.decorate('limits', {
    countCaller ({ caller }: FastifyRequest) {
      if (!caller) return
      const { count, ttlMs } = callers.hit(`${caller.via} ${caller.id}`, KEY_RATE_LIMIT_MAX)
      if (count > KEY_RATE_LIMIT_MAX) throw refusal(ttlMs, 'Too many requests with this key')
    },
    countFailure (request: FastifyRequest) {
      const { count, ttlMs } = failures.hit(addressOf(request), AUTH_FAILURES_MAX)
      if (count > AUTH_FAILURES_MAX) throw refusal(ttlMs, 'Too many wrong keys')
    },
    hasFailedOften: (request: FastifyRequest) => (
      failures.look(addressOf(request), AUTH_FAILURES_MAX).count > AUTH_FAILURES_MAX
    )
  })

  let stop = async (): Promise<void> => {}
  fastify.addHook('onReady', async () => {
    const merge = (counts: Counts): void => counters.find(({ name }) => name === counts.counter)?.merge(counts)
    const exchange = DATABASE_URL === undefined
      ? null
      : createCountExchange({
        url: DATABASE_URL,
        windows: new Map([['addresses', windowMs], ['callers', windowMs], ['failures', FAILURES_MS]]),
        onCounts: merge
      })
    const end = shareCounts(counters, (counts) => exchange?.tell(counts))
    stop = async () => {
      end()
      await exchange?.close()
    }
  })
  fastify.addHook('onClose', () => stop())
}, { name: 'rate-limit' })
