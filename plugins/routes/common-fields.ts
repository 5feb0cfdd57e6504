import type { FastifyRequest } from 'fastify'
import { FaceError } from '../../src/errors.ts'
import type { UserId } from '../../src/store/encoding-store.ts'
import { userIdFromText } from '../../src/store/user-key.ts'

/** Photos of one form that are answered one by one. */
export const PHOTOS_MAX = 10

/**
 * The user id of a request with a photo: a field beside the photo, or of the address. In JSON it keeps its type. Throws
 * `INVALID_REQUEST` when there is none: a raw photo has no fields.
 */
export function sentUserId ({ body, query, mediaType, routeOptions }: FastifyRequest): UserId {
  const { user_id: sent } = { ...query as object, ...body as object | undefined } as { user_id?: UserId }
  if (sent === undefined) {
    throw new FaceError('INVALID_REQUEST', { message: `user_id: missing, send ${routeOptions.url}?user_id=…` })
  }
  return mediaType === 'application/json' ? sent : userIdFromText(String(sent))
}

/** A box as clients see it: in whole pixels. */
export function boxInPixels ({ left, top, width, height }: Record<'left' | 'top' | 'width' | 'height', number>): {
  left: number, top: number, width: number, height: number
} {
  return { left: Math.round(left), top: Math.round(top), width: Math.round(width), height: Math.round(height) }
}
