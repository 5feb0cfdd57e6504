import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { FaceError, type ErrorCode } from '../../src/errors.ts'
import { forEachOf } from '../../src/for-each-of.ts'
import type { PhotoInContext, RequestContext } from '../../src/request-context.ts'
import { report } from './error-handler.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** All photos of the request in their order, each with its context. Throws `INVALID_REQUEST` when there is none. */
    takeEachPhoto (): Array<PhotoInContext | FaceError>
  }
  interface FastifyReply {
    /**
     * Answers each photo of the request. The answer to a single one is the reply; those to several are its `results`,
     * in the order of the photos, with an error in the place of each that failed.
     */
    answerPhotos<Body> (answer: AnswerPhoto<Body>): Promise<Body | { success: true, results: Array<Body | Failure> }>
  }
}

/** The answer to one photo, and what came of it for the metrics. */
export type AnswerPhoto<Body> = (photo: ArrayBuffer, context: RequestContext) => Promise<{
  body: Body, outcome?: string
}>

/** A photo of several that failed, as it is answered. */
interface Failure {
  success: false
  message: string
  code: ErrorCode
}

/** Several photos in one request, each with its own place in the queue, its deadline and its answer. */
export default fp(async function photoAnswersPlugin (fastify) {
  const { config, metrics } = fastify

  fastify.decorateRequest('takeEachPhoto', function takeEachPhoto (this: FastifyRequest) {
    const photos = this.takePhotos()
    const { context, upload } = this
    return photos.map((photo) => {
      if (photo instanceof FaceError) return photo
      if (photos.length === 1) return { photo, context }
      const { byteLength } = photo
      return { photo, context: { ...context, onPhotoReleased: () => upload?.giveBack(byteLength) } }
    })
  })

  fastify.decorateReply('answerPhotos', async function answerPhotos<Body> (
    this: FastifyReply, answer: AnswerPhoto<Body>
  ) {
    const { request } = this
    const photos = request.takeEachPhoto()
    async function answerOne (sent: PhotoInContext | FaceError): ReturnType<AnswerPhoto<Body>> {
      if (sent instanceof FaceError) throw sent
      return await answer(sent.photo, sent.context)
    }
    if (photos.length === 1) {
      const { body, outcome } = await answerOne(photos[0]!)
      if (outcome !== undefined) this.outcome = outcome
      return body
    }

    const results: Array<Body | Failure> = []
    // As many at a time as can be worked on: more would only make others wait.
    await forEachOf(photos.entries(), config.INFERENCE_THREADS, async ([i, sent]) => {
      let outcome: string
      try {
        const answered = await answerOne(sent)
        results[i] = answered.body
        outcome = answered.outcome ?? 'ok'
      } catch (err) {
        const { code, message } = report(err as FastifyError, request)
        results[i] = { success: false, message, code }
        outcome = code
      }
      metrics.photoAnswered(request.routeOptions.url ?? 'unknown', outcome)
    })
    this.outcome = 'several'
    return { success: true as const, results }
  })
}, { name: 'photo-answers', dependencies: ['error-handler', 'metrics', 'photo-upload', 'recognition'] })
