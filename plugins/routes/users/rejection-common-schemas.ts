import { Type } from 'typebox'
import { REJECTIONS_MAX, type Rejection } from '../../../src/store/encoding-store.ts'
import type { UserRejections } from '../../../src/recognition/rejections.ts'
import { TimeSchema, UserIdSchema } from '../common-schemas.ts'

/** Of one rejection in an answer; the numbers of its encodings never leave the server. */
export const REJECTION_FIELDS = {
  id: Type.String({ format: 'uuid', examples: ['0b9d2a4e-6c1f-4f57-9a3e-d1c27f8be640'] }),
  rejected_at: TimeSchema
}

export const RejectionsSchema = Type.Object({
  success: Type.Literal(true),
  user_id: UserIdSchema,
  rejections: Type.Array(Type.Object(REJECTION_FIELDS), { maxItems: REJECTIONS_MAX })
})

export function rejectionAnswer ({ id, rejectedAt }: Rejection): { id: string, rejected_at: string } {
  return { id, rejected_at: rejectedAt }
}

export function rejectionsAnswer ({ userId, rejections }: UserRejections) {
  return { success: true as const, user_id: userId, rejections: rejections.map(rejectionAnswer) }
}
