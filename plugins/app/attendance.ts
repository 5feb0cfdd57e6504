import fp from 'fastify-plugin'
import { createAttendance, type Attendance } from '../../src/attendance/attendance.ts'
import type { AttendanceLog } from '../../src/attendance/attendance-log.ts'
import { utcDay } from '../../src/attendance/event.ts'
import { createFolderLog } from '../../src/attendance/folder-log.ts'
import { createPostgresLog } from '../../src/attendance/postgres-log.ts'

declare module 'fastify' {
  interface FastifyInstance {
    attendance: Attendance
    attendanceLog: AttendanceLog
  }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Who came and went: docs/attendance.md. Forgets it after `ATTENDANCE_RETENTION_DAYS`. */
export default fp(async function attendancePlugin (fastify) {
  const { config, log: logger } = fastify
  const { DATABASE_URL: url, FACE_DATA_DIR: dir, ATTENDANCE_RETENTION_DAYS: days } = config
  const log = url === undefined ? createFolderLog({ dir }) : createPostgresLog(url)
  fastify.decorate('attendanceLog', log)
  fastify.decorate('attendance', createAttendance({ log, config }))

  async function forget (keptDays: number): Promise<void> {
    try {
      const events = await log.forgetBefore(utcDay(Date.now() - keptDays * DAY_MS))
      if (events > 0) logger.info({ events }, 'attendance forgotten')
    } catch (err) {
      logger.error({ err }, 'attendance cannot be forgotten')
    }
  }

  let forgetting: NodeJS.Timeout | undefined
  fastify.addHook('onReady', async () => {
    if (days === undefined) return
    await forget(days)
    forgetting = setInterval(() => { forget(days) }, HOUR_MS).unref()
  })
  fastify.addHook('onClose', async () => {
    clearInterval(forgetting)
    await log.close()
  })
}, { name: 'attendance', dependencies: ['face-store'] })
