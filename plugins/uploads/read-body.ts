import type { Readable } from 'node:stream'
import { FaceError } from '../../src/errors.ts'
import type { Upload } from './upload-budget.ts'

/**
 * Passes a body to `take` as it arrives. Rejects when more than `bytesMax` arrive (`PAYLOAD_TOO_LARGE`), with what
 * `take` throws, when the upload is cut off and when the client goes away; what still arrives then is ignored.
 */
export function readBody (
  body: Readable,
  upload: Upload,
  bytesMax: number,
  take: (chunk: Buffer) => void
): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = 0

    function end (settle: () => void): void {
      body.off('data', onData).off('end', onEnd).off('error', fail).off('close', onClose)
      upload.signal.removeEventListener('abort', onCutOff)
      settle()
    }
    const fail = (err: unknown): void => end(() => reject(err))
    const onEnd = (): void => end(resolve)
    const onClose = (): void => fail(new FaceError('CLIENT_GONE'))
    const onCutOff = (): void => fail(upload.signal.reason)

    function onData (chunk: Buffer): void {
      received += chunk.length
      upload.received(chunk.length)
      try {
        if (received > bytesMax) throw new FaceError('PAYLOAD_TOO_LARGE')
        take(chunk)
      } catch (err) {
        fail(err)
      }
    }

    if (upload.signal.aborted) return onCutOff()
    upload.signal.addEventListener('abort', onCutOff, { once: true })
    body.on('data', onData).on('end', onEnd).on('error', fail).on('close', onClose)
  })
}
