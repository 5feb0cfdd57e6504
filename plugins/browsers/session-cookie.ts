import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

const NAME = 'face_session'

/** With this prefix browsers take a cookie only over HTTPS, for the host alone and all of its paths. */
const nameFor = ({ protocol }: FastifyRequest): string => protocol === 'https' ? `__Host-${NAME}` : NAME

/** The token that the browser keeps, if it has one. */
export function shownToken (request: FastifyRequest): string | undefined {
  const { cookie } = request.headers
  return cookie === undefined ? undefined : parseCookie(cookie)[nameFor(request)]
}

/** Lets the browser keep the token; none makes it forget the one that it has. Pages cannot read it. */
export function setToken (request: FastifyRequest, reply: FastifyReply, token = '', seconds = 0): void {
  reply.header('set-cookie', stringifySetCookie({
    name: nameFor(request),
    value: token,
    path: '/',
    maxAge: seconds,
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https'
  }))
}
