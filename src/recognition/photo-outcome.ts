import { FaceError } from '../errors.ts'
import type { Registration } from './recognition.ts'

/** What became of one photo of many. */
export type PhotoOutcome =
  | { registration: Registration, refusal: null }
  | { registration: null, refusal: { code: string, message: string } }

/** Whether the photo, or what came with it, is to blame; what it does to its thread, it does in every further try. */
const isOfPhoto = ({ code, statusCode }: FaceError): boolean =>
  (statusCode < 500 && code !== 'CLIENT_GONE') || code === 'INFERENCE_TIMEOUT' || code === 'INFERENCE_FAILED'

/** Registers one photo of many: what is its own fault is its outcome, everything else is thrown. */
export async function photoOutcome (register: () => Promise<Registration>): Promise<PhotoOutcome> {
  try {
    return { registration: await register(), refusal: null }
  } catch (err) {
    if (!(err instanceof FaceError && isOfPhoto(err))) throw err
    return { registration: null, refusal: { code: err.code, message: err.message } }
  }
}
