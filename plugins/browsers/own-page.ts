import type { FastifyRequest } from 'fastify'
import { FaceError } from '../../src/errors.ts'

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/** Where a browser says that a request comes from: a page of this server, elsewhere, or it says nothing. */
type Source = 'own page' | 'elsewhere' | 'unknown'

/** The host and port in an `Origin`, as in `Host`; null for an origin without one. */
function hostOf (origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}

function sourceOf (request: FastifyRequest): Source {
  const { origin, 'sec-fetch-site': site } = request.headers
  // No page can set either header. The first one is not changed by proxies, but comes over HTTPS only.
  if (site !== undefined) return site === 'same-origin' ? 'own page' : 'elsewhere'
  if (origin === undefined) return 'unknown'
  return hostOf(origin) === request.host.toLowerCase() ? 'own page' : 'elsewhere'
}

/** Whether a request can change something: WebSockets, which begin with GET and to which CORS does not apply, too. */
function canChange ({ method, headers }: FastifyRequest): boolean {
  return !SAFE_METHODS.includes(method) || headers.upgrade !== undefined
}

/**
 * For requests whose proof of who they come from the browser adds by itself, such as a cookie, whichever page asked for
 * them. Throws `FORBIDDEN` for one that can change something unless it comes from a page of this server; a program that
 * says nothing of pages passes if it is `allowed`.
 */
export function assertNotForged (request: FastifyRequest, programs: 'allowed' | 'refused'): void {
  if (!canChange(request)) return
  const source = sourceOf(request)
  if (source === 'own page' || (source === 'unknown' && programs === 'allowed')) return
  throw new FaceError('FORBIDDEN', { message: 'Another page sent this: open the server\'s own page and do it there' })
}
