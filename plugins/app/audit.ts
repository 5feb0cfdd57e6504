import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { createAuditStorage } from '../../src/audit/create-storage.ts'
import type { Actor, AuditAction, AuditDetails } from '../../src/audit/entry.ts'
import { createHeadSigner } from '../../src/audit/heads.ts'
import { createRefusals } from '../../src/audit/refusals.ts'
import type { AuditStorage } from '../../src/audit/storage.ts'
import { createAuditTrail, type AuditTrail, type Intent } from '../../src/audit/trail.ts'
import { publicSettings, VERSION } from '../../src/config.ts'
import { ERRORS, FaceError, type ErrorCode } from '../../src/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What the route changes or gives away. Its intent is in the audit log before the handler is called, its outcome
     * after. The person concerned is the `user_id` of the address, the query or the body.
     */
    audit?: AuditAction
    /** Further facts for the intent: never a name, a photo, an encoding or a secret. */
    auditDetails?: (request: FastifyRequest) => AuditDetails
    /** The handler is called at once: its use case awaits `request.context.intended` before it changes anything. */
    awaitsIntent?: boolean
  }
  interface FastifyInstance {
    auditTrail: AuditTrail
    /** Its lines are those of all processes. */
    auditStorage: Pick<AuditStorage, 'lines'>
  }
  interface FastifyRequest {
    /** Of routes that are audited. */
    intent: Promise<Intent> | undefined
    /** Further facts for the outcome, set by the handler; as `auditDetails`. */
    auditResult: AuditDetails | undefined
  }
}

const MINUTE_MS = 60_000
const HEAD_MS = 5 * MINUTE_MS
/** Whoever is refused so has shown a wrong key, none, or one without the right. */
const REFUSED: ReadonlySet<ErrorCode> = new Set(['UNAUTHORIZED', 'FORBIDDEN'])

interface Fields { user_id?: number | string }

/** Who asks. */
export function actorOf ({ caller }: FastifyRequest): Actor | null {
  return caller ? { id: caller.id, via: caller.via, role: caller.role } : null
}

function userKeyOf ({ params, query, body }: FastifyRequest): string | undefined {
  const { user_id: id } = { ...query as Fields, ...body as Fields, ...params as Fields }
  return id === undefined ? undefined : String(id)
}

/** Writes changes and exports to the audit log: docs/audit.md. Routes that declare no `config.audit` pay nothing. */
export default fp(async function auditPlugin (fastify) {
  const { config, encodingStore, log, metrics } = fastify
  const refusals = createRefusals()
  const storage = createAuditStorage(config)
  const audit = createAuditLog({
    storage,
    signer: config.AUDIT_KEY === undefined ? undefined : createHeadSigner(config.AUDIT_KEY),
    onHead: (head) => log.info(head, 'audit head')
  })
  const trail = createAuditTrail(audit, encodingStore)
  const logFailure = (err: unknown): void => {
    log.error({ err: err instanceof FaceError ? err.cause ?? err : err }, 'audit log cannot be written')
  }
  /** Outcomes that are being written. */
  const ending = new Set<Promise<void>>()
  fastify.decorate('auditTrail', trail)
  fastify.decorate('auditStorage', storage)
  fastify.decorateRequest('intent', undefined)
  fastify.decorateRequest('auditResult', undefined)
  metrics.gauge('face_audit_failing', 'max', '1 while the audit log cannot be written, and changes are refused', () => (
    Number(audit.isFailing())
  ))

  async function begin (request: FastifyRequest): Promise<void> {
    const { audit: action, auditDetails, awaitsIntent } = request.routeOptions.config
    const userKey = userKeyOf(request)
    const details = auditDetails?.(request)
    const intent = request.intent = trail.begin({
      action: action!, // The hook is of routes that have one.
      actor: actorOf(request),
      address: request.ip,
      request: request.id,
      ...userKey !== undefined && { userKey },
      ...details && { details }
    })
    intent.catch(() => {}) // Whoever makes the change awaits it.
    if (!awaitsIntent) await intent
  }

  function end (request: FastifyRequest, outcome: string, status: number): void {
    const details = request.auditResult
    const ended = request.intent?.then((intent) => (
      intent.end({ outcome, status, ...details && { details } }).catch(logFailure)
    ), () => {}) // The change was refused for it.
    if (!ended) return
    ending.add(ended)
    ended.finally(() => ending.delete(ended))
  }

  fastify.addHook('onRoute', (route) => {
    if (route.config?.audit === undefined) return
    /** Requests that failed, though their client may be gone. */
    const failed = new WeakSet<FastifyRequest>()
    route.preHandler = [...[route.preHandler ?? []].flat(), begin]
    route.onError = [...[route.onError ?? []].flat(), async (request: FastifyRequest) => { failed.add(request) }]
    route.onSend = [...[route.onSend ?? []].flat(), async (request: FastifyRequest, reply: FastifyReply, payload) => {
      if (payload instanceof Readable) {
        reply.raw.once('close', () => {
          end(request, reply.raw.writableFinished ? reply.outcome : 'CLIENT_GONE', reply.statusCode)
        })
      } else if (failed.has(request)) end(request, reply.outcome, reply.statusCode)
      // The client may be gone by now, and what it asked for is done nevertheless.
      else end(request, 'ok', reply.statusCode === ERRORS.CLIENT_GONE[0] ? 200 : reply.statusCode)
      return payload
    }]
  })
  fastify.addHook('onError', async (request, _reply, err) => {
    if (err instanceof FaceError && REFUSED.has(err.code)) refusals.count(request.ip, err.code)
  })

  const writeRefusals = async (): Promise<void> => {
    await Promise.all(refusals.take().map((entry) => audit.append(entry)))
  }
  const timers: NodeJS.Timeout[] = []
  fastify.addHook('onReady', async () => {
    // A folder that cannot be written now must not keep the door closed: changes are refused until it can.
    await audit.append({ type: 'start', version: VERSION, settings: publicSettings(config) }).catch(logFailure)
    timers.push(
      setInterval(() => { writeRefusals().catch(logFailure) }, MINUTE_MS).unref(),
      setInterval(() => { audit.signHead().catch(logFailure) }, HEAD_MS).unref()
    )
  })
  fastify.addHook('onClose', async () => {
    timers.forEach(clearInterval)
    await Promise.all(ending)
    await writeRefusals().catch(logFailure)
    await audit.close()
  })
}, { name: 'audit', dependencies: ['access', 'face-store', 'metrics'] })
