import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { createSystemLoad } from '../../src/observability/system-load.ts'
import { round4 } from '../../src/networks/distance.ts'
import { errorResponses } from './common-schemas.ts'

const PercentSchema = Type.Number({ minimum: 0, maximum: 100 })

const schema = {
  tags: ['operation'],
  summary: 'How much is enrolled and how busy the machine is',
  response: {
    200: Type.Object({
      success: Type.Literal(true),
      stats: Type.Object({
        registered_users: Type.Integer({ minimum: 0 }),
        total_encodings: Type.Integer({ minimum: 0 }),
        damaged_records: Type.Integer({
          minimum: 0,
          description: 'Records that are not intact: register these users again'
        }),
        gallery_checksum: Type.String({
          pattern: '^[0-9a-f]{8}$',
          description: 'Equal for servers that have the same encodings in memory'
        }),
        recognition_tolerance: Type.Number(),
        decision: Type.Object({
          tolerance: Type.Number({
            description: 'Distance up to which a face is named now: the smallest of the others'
          }),
          configured: Type.Number({ description: 'RECOGNITION_TOLERANCE' }),
          by_table: Type.Number({
            description: 'Where FALSE_MATCH_TARGET of strangers are named, by the calibration and the number of ' +
              'encodings'
          }),
          by_site: Type.Union([Type.Number(), Type.Null()], {
            description: 'The same, moved by how alike the enrolled people are; null: too few to tell'
          }),
          false_match_target: Type.Number({ description: 'FALSE_MATCH_TARGET' }),
          compared: Type.Integer({ minimum: 0, description: 'Encodings that a face is compared with' })
        }),
        data_directory: Type.String(),
        server_info: Type.Object({
          cpu_percent: PercentSchema,
          memory_percent: PercentSchema,
          disk_usage: Type.Optional(Type.Number({
            minimum: 0,
            maximum: 100,
            description: 'Left out where the system does not tell'
          }))
        })
      })
    }),
    ...errorResponses()
  }
}

/** `GET /stats` */
const stats: FastifyPluginAsyncTypebox = async (fastify) => {
  const { FACE_DATA_DIR, FALSE_MATCH_TARGET, RECOGNITION_TOLERANCE } = fastify.config
  const systemLoad = createSystemLoad(FACE_DATA_DIR)
  const config = { role: 'monitor', isOpenWithoutKeys: true, rateLimit: false } as const
  fastify.get('/stats', { schema, config }, async () => {
    const { users, encodings, compared } = fastify.gallery.counts()
    const { tolerance, byTable, bySite } = fastify.decision.current()
    const { cpuPercent, memoryPercent, diskPercent } = await systemLoad()
    return {
      success: true as const,
      stats: {
        registered_users: users,
        total_encodings: encodings,
        damaged_records: await fastify.encodingStore.damaged(),
        gallery_checksum: fastify.gallery.checksum(),
        recognition_tolerance: RECOGNITION_TOLERANCE,
        decision: {
          tolerance: round4(tolerance),
          configured: RECOGNITION_TOLERANCE,
          by_table: round4(byTable),
          by_site: bySite === null ? null : round4(bySite),
          false_match_target: FALSE_MATCH_TARGET,
          compared
        },
        data_directory: FACE_DATA_DIR,
        server_info: {
          cpu_percent: cpuPercent, memory_percent: memoryPercent, ...diskPercent !== null && { disk_usage: diskPercent }
        }
      }
    }
  })
}

export default stats
