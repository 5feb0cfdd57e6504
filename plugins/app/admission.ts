import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { FaceError } from '../../src/errors.ts'
import { createUploadBudget, TICK_MS, type Upload } from '../uploads/upload-budget.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes a photo in its body, which needs memory and then a thread. */
    takesPhoto?: boolean
    /** How many photos a form for this route may hold, 1 unless told. */
    photosMax?: number
    /** The route takes JSON without a photo in its body. */
    takesJson?: boolean
    /** The route takes many photos in its body, and puts it aside on the disk. It may take as long as it needs. */
    takesImport?: boolean
  }
  interface FastifyRequest {
    /** What the body of this request holds of the memory for uploads; only of routes that take one. */
    upload: Upload | undefined
  }
}

/** Connections beyond the limit that are still accepted, to be told so; further ones are closed without a word. */
const SPARE_CONNECTIONS = 100
/** An upload is not begun when there is no room for so much of it. */
const FIRST_BYTES = 64 * 1024
/** Of a body of JSON without a photo. */
export const JSON_BYTES_MAX = 128 * 1024

interface Connections {
  /** Throws if the request came over a connection too many, which its answer then closes. */
  check (request: FastifyRequest): void
  open (): number
}

const clientEnd = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

/** Counts the connections of a server, in all and by address. */
function countConnections (server: Server, max: number, addressMax = Infinity): Connections {
  /** By the client's end: the socket that a request comes over is another one under TLS. */
  const refusals = new Map<string, FaceError>()
  const byAddress = new Map<string, number>()
  let open = 0

  function change (address: string, by: 1 | -1): number {
    open += by
    const count = (byAddress.get(address) ?? 0) + by
    if (count === 0) byAddress.delete(address)
    else byAddress.set(address, count)
    return count
  }

  server.maxConnections = max + SPARE_CONNECTIONS
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const client = clientEnd(socket)
    const ofAddress = change(address, 1)
    socket.once('close', () => {
      change(address, -1)
      refusals.delete(client)
    })
    if (open > max) refusals.set(client, new FaceError('OVERLOADED'))
    else if (ofAddress > addressMax) {
      const message = `Too many connections of one address: at most ${addressMax}`
      refusals.set(client, new FaceError('RATE_LIMITED', { message }))
    }
  })
  return {
    open: () => open,
    check ({ raw }) {
      if (refusals.size === 0) return
      const refusal = refusals.get(clientEnd(raw.socket))
      if (!refusal) return
      raw.pause()
      throw refusal
    }
  }
}

/** Tells requests that expect what no server does: they come here instead of being answered by Node without a body. */
function findUnmetExpectations (server: HttpServer): WeakSet<IncomingMessage> {
  const unmet = new WeakSet<IncomingMessage>()
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    unmet.add(request)
    server.emit('request', request, response)
  })
  return unmet
}

/**
 * Admission control: every request passes here before any work is done for it. Body bytes are counted, not requests:
 * docs/operations.md, Overload.
 */
export default fp(async function admissionPlugin (fastify) {
  const { MAX_IMAGE_BYTES, UPLOAD_MEMORY_MAX, MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS } = fastify.config
  const { bodyLimit = 0 } = fastify.initialConfig
  const connections = countConnections(fastify.server, MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS)
  const unmetExpectations = findUnmetExpectations(fastify.server)
  const limitAddress = fastify.rateLimit()
  const budget = createUploadBudget({
    // With less, one large photo would keep every other out.
    bytesMax: Math.max(UPLOAD_MEMORY_MAX, 2 * bodyLimit),
    requestTimeoutMs: fastify.server.requestTimeout,
    onCutOff: fastify.metrics.uploadCutOff
  })

  fastify.decorateRequest('upload', undefined)
  fastify.addHook('onRequest', async (request, reply) => {
    const { rateLimit, takesPhoto, takesJson, takesImport } = request.routeOptions.config
    connections.check(request)
    if (rateLimit !== false) await limitAddress.call(fastify, request, reply)
    if (unmetExpectations.has(request.raw)) {
      throw new FaceError('INVALID_REQUEST', { message: 'Expect: leave this header out, or send 100-continue' })
    }
    await fastify.access.identify(request)
    if (rateLimit !== false) fastify.limits.countCaller(request)
    if (request.is404) throw new FaceError('NOT_FOUND')
    fastify.access.authorize(request)
    if (takesImport) {
      // What it holds is counted photo by photo.
      const upload = request.upload = budget.open(FIRST_BYTES)
      upload.complete(0)
      return
    }
    if (!takesPhoto && !takesJson) return
    if (takesPhoto) fastify.inference.assertRoom()
    const limit = takesJson ? JSON_BYTES_MAX : request.mediaType?.startsWith('image/') ? MAX_IMAGE_BYTES : bodyLimit
    if (Number(request.headers['content-length'] ?? 0) > limit) throw new FaceError('PAYLOAD_TOO_LARGE')
    const upload = request.upload = budget.open(FIRST_BYTES)
    reply.raw.once('close', () => { if (!request.isPhotoTaken) upload.release() })
    // Now the body is read, each of its bytes against the budget: plugins/app/photo-upload.ts.
  })

  const timer = setInterval(budget.tick, TICK_MS).unref()
  fastify.addHook('onClose', async () => clearInterval(timer))
  fastify.metrics.gauge('face_upload_bytes', 'sum', 'Memory that the bodies of requests hold', budget.bytes)
  fastify.metrics.gauge('face_connections', 'sum', 'Open connections', connections.open)
}, {
  name: 'admission',
  dependencies: [
    'access', 'disconnect', 'error-handler', 'inference', 'metrics', 'rate-limit', 'shutdown', 'tracing'
  ]
})
