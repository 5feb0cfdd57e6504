import { PassThrough } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { FaceError } from '../../../src/errors.ts'
import {
  importPeople, type Audited, type ImportLine, type ImportRow
} from '../../../src/users/import/import-people.ts'
import { PEOPLE_MAX } from '../../../src/users/import/people-list.ts'
import { openSpool } from '../../../src/users/import/spool.ts'
import { userIdFromText } from '../../../src/store/user-key.ts'
import { actorOf } from '../../app/audit.ts'
import { readImport } from '../../uploads/import-reader.ts'
import { errorResponses, UserIdSchema } from '../common-schemas.ts'

const ReportLineSchema = Type.Object({
  row: Type.Integer({ minimum: 1 }),
  user_id: Type.Union([UserIdSchema, Type.Null()]),
  photo: Type.Union([Type.String(), Type.Null()]),
  outcome: Type.Enum(['registered', 'updated', 'unchanged', 'refused']),
  quality: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  encoding_count: Type.Optional(Type.Integer({ minimum: 0 })),
  code: Type.Optional(Type.String()),
  message: Type.Optional(Type.String({ description: 'Tells what to do about a row that was refused' }))
}, { description: 'One line for each person; the last line has `done` and counts, or why the import ended early' })

const schema = {
  tags: ['users'],
  summary: 'Import people with their photos',
  description: `Up to ${PEOPLE_MAX} people: a form with a list (people, CSV or NDJSON) and files, a ZIP file of the ` +
    'same, or NDJSON with photos as base64. Sent again, it registers nobody twice.',
  body: {
    content: {
      'multipart/form-data': {
        schema: Type.Object({
          people: Type.Unsafe<unknown>({ description: 'The list: CSV with a head, or NDJSON' }),
          photo: Type.Optional(Type.Array(Type.Unsafe<unknown>({ contentMediaType: 'image/*' })))
        })
      },
      'application/zip': { schema: Type.Unsafe<unknown>({ contentMediaType: 'application/zip' }) },
      'application/x-ndjson': { schema: Type.Unsafe<unknown>({ contentMediaType: 'application/x-ndjson' }) }
    }
  },
  response: {
    200: { content: { 'application/x-ndjson': { schema: ReportLineSchema } } },
    ...errorResponses('PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'REQUEST_TIMEOUT', 'OVERLOADED',
      'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

const MEDIA_TYPES = ['multipart/form-data', 'application/zip', 'application/x-ndjson']

function lineText ({ row, userId, photoName, outcome, quality, encodingCount, refusal }: ImportLine): string {
  return JSON.stringify({
    row,
    user_id: userId === null ? null : userIdFromText(userId),
    photo: photoName,
    outcome,
    quality,
    encoding_count: encodingCount,
    ...refusal
  }) + '\n'
}

/** `POST /users/import` */
const importUsers: FastifyPluginAsync = async (fastify) => {
  const { config, recognition, users, encodingStore: store, auditTrail, metrics } = fastify
  const { FACE_DATA_DIR, DATABASE_URL, IMPORT_BYTES_MAX, MAX_IMAGE_BYTES, INFERENCE_THREADS } = config
  /** Only one at a time: it takes every thread that visitors leave free. */
  let isBusy = false

  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', async (_request: FastifyRequest, body: IncomingMessage) => body)

  /** Each change of a user is in the audit log, as if it had been asked for by itself. */
  function auditedBy (request: FastifyRequest): Audited {
    return async (action, userKey, work) => {
      const intended = auditTrail.begin({
        action, actor: actorOf(request), address: request.ip, request: request.id, userKey, details: { import: true }
      })
      const { end } = await intended
      const log = (outcome: string): Promise<void> => end({ outcome }).catch((err: unknown) => {
        request.log.error({ err }, 'audit log cannot be written')
      })
      try {
        const result = await work({ ...request.context, intended })
        await log('ok')
        return result
      } catch (err) {
        await log(err instanceof FaceError ? err.code : 'INTERNAL_ERROR')
        throw err
      }
    }
  }

  /** Imports and reports until it is done, or something ends it. Never rejects. */
  async function run (request: FastifyRequest, rows: ImportRow[], report: PassThrough): Promise<string> {
    const { disconnectSignal: signal, upload } = request
    const counts = { registered: 0, updated: 0, unchanged: 0, refused: 0 }
    function hold (bytes: number): () => void {
      if (fastify.shutdown.draining()) throw new FaceError('SHUTTING_DOWN')
      upload?.hold(bytes)
      let held = bytes
      return () => {
        upload?.giveBack(held)
        held = 0
      }
    }
    try {
      await importPeople(rows, { recognition, users, store, audited: auditedBy(request), hold }, {
        lanes: INFERENCE_THREADS,
        signal,
        onLine (line) {
          counts[line.outcome]++
          if (line.quality !== undefined) metrics.registered(line.quality)
          report.write(lineText(line))
        }
      })
      report.end(JSON.stringify({ done: true, ...counts }) + '\n')
      return 'ok'
    } catch (err) {
      const { code, message } = err instanceof FaceError ? err : new FaceError('INTERNAL_ERROR')
      if (signal.aborted) report.destroy()
      else {
        request.log.warn({ err }, 'import ended early')
        report.end(JSON.stringify({ done: false, ...counts, code, message }) + '\n')
      }
      return code
    }
  }

  const routeConfig = {
    role: 'enroller', takesImport: true, audit: 'import-users', isIdempotencyRefused: true
  } as const
  // The body is read by the handler.
  const validatorCompiler = () => () => true
  fastify.post('/users/import', { schema, config: routeConfig, validatorCompiler }, async (request, reply) => {
    const { mediaType, headers } = request
    if (isBusy) throw new FaceError('OVERLOADED', { message: 'Another import is in work: wait', retryAfterSeconds: 10 })
    if (mediaType === undefined || !MEDIA_TYPES.includes(mediaType)) {
      throw new FaceError('UNSUPPORTED_MEDIA_TYPE', { message: `Send ${MEDIA_TYPES.join(', ')}` })
    }
    isBusy = true
    const spool = await openSpool(DATABASE_URL === undefined ? FACE_DATA_DIR : tmpdir()).catch((err: unknown) => {
      isBusy = false
      throw err
    })
    async function done (): Promise<void> {
      isBusy = false
      request.upload?.release()
      await spool.close()
    }
    let rows: ImportRow[]
    try {
      rows = await readImport(request.body as IncomingMessage, {
        headers, mediaType, spool, bytesMax: IMPORT_BYTES_MAX, photoBytesMax: MAX_IMAGE_BYTES
      })
    } catch (err) {
      await done()
      throw err
    }
    const report = new PassThrough()
    report.on('error', () => {}) // The client has gone.
    run(request, rows, report).then((outcome) => { reply.outcome = outcome }).finally(done)
    return await reply.type('application/x-ndjson').send(report)
  })
}

export default importUsers
