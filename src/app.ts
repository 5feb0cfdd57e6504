import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ServerOptions } from 'node:https'
import { join } from 'node:path'
import autoload from '@fastify/autoload'
import Fastify, {
  LogController, type FastifyBaseLogger, type FastifyHttpOptions, type FastifyInstance, type RawServerDefault
} from 'fastify'
import type { Config } from './config.ts'
import { readServerCertificate, type ServerCertificate } from './tls/server-certificate.ts'
import { parseTrustProxy } from './trust-proxy.ts'

declare module 'fastify' {
  interface FastifyInstance {
    config: Config
    /** The one in use, which plugins/app/tls.ts replaces when its files change; null when the server speaks HTTP. */
    certificate: ServerCertificate | null
    /** Every route that was registered. */
    routes: RouteOptions[]
  }
}

/** Millions of users on a slow disk must fit in; whether a start gets on, its log says and a startup probe watches. */
const PLUGIN_TIMEOUT_MS = 1_800_000
/** A kiosk on a bad line may need this long for one photo. */
const REQUEST_TIMEOUT_MS = 30_000
/** The lines before the photo need no more. */
const HEADERS_TIMEOUT_MS = 10_000
/** How often Node looks for requests that are too slow. */
const TIMEOUT_CHECK_MS = 1_000
const KEEP_ALIVE_TIMEOUT_MS = 72_000
/** What a JSON body may hold beside the photo. */
const JSON_EXTRA_BYTES = 64 * 1024
const REQUEST_ID = /^[\w.:/+=@-]{1,128}$/

function requestId ({ headers }: IncomingMessage): string {
  const sent = headers['x-request-id']
  return typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : randomUUID()
}

/** For Node's server: limits of time, and with a certificate TLS. */
function serverOptions (
  { TLS_CLIENT_CA_FILE }: Config, certificate: ServerCertificate | null
): FastifyHttpOptions<RawServerDefault> {
  const limits = { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS }
  if (certificate === null) return { http: limits }
  const https: ServerOptions = {
    ...limits,
    ...certificate.context,
    handshakeTimeout: HEADERS_TIMEOUT_MS,
    // Browsers have none to show, so connections without one, or with a wrong one, are the business of the routes.
    requestCert: TLS_CLIENT_CA_FILE !== undefined,
    rejectUnauthorized: false
  }
  // Typed as HTTP: nothing here asks which of both it is.
  return { https } as FastifyHttpOptions<RawServerDefault>
}

/** Makes the server without listening: plugins from outside, then ours, then the routes. */
export async function buildApp (config: Config, logger: FastifyBaseLogger): Promise<FastifyInstance> {
  const certificate = await readServerCertificate(config)
  const app: FastifyInstance = Fastify({
    ...serverOptions(config, certificate),
    loggerInstance: logger,
    // plugins/app/request-log.ts writes the one line per request.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    trustProxy: parseTrustProxy(config.TRUST_PROXY) ?? false,
    bodyLimit: Math.ceil(config.MAX_IMAGE_BYTES * 4 / 3) + JSON_EXTRA_BYTES,
    pluginTimeout: PLUGIN_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 512 },
    // A number stays a number and a text a text: the type of a user id is part of the contract.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: true } },
    clientErrorHandler: (err, socket) => app.answerClientError(err, socket),
    frameworkErrors: (_err, request, reply) => app.answerBadAddress(request, reply)
  })
  app.decorate('config', config)
  app.decorate('certificate', certificate)
  app.decorate('routes', [])
  app.addHook('onRoute', (route) => { app.routes.push(route) })

  for (const room of ['external', 'app', 'routes']) {
    await app.register(autoload, {
      dir: join(import.meta.dirname, '..', 'plugins', room),
      options: {},
      ignorePattern: /common-/,
      // A route's file has its whole path.
      dirNameRoutePrefix: false
    })
  }
  return app
}
