import { basename, dirname } from 'node:path'
import { pino, multistream, stdTimeFunctions, type Logger, type StreamEntry } from 'pino'
import pretty from 'pino-pretty'
import { createStream } from 'rotating-file-stream'
import type { Config } from './config.ts'

/** `LOG_FILE` with this value keeps no file. */
const NO_FILE = 'off'
const FILE_SIZE_MAX = '10M'
const FILES_KEPT_MAX = 5

/** Never logged, wherever a careless object may carry them. */
const REDACTED = ['photo', 'vector', 'encoding', 'encodings', 'req.headers.authorization', 'req.headers.cookie']

/** JSON lines to stdout (readable ones on a terminal) and to `LOG_FILE`, which is rotated at 10 MB, five files kept. */
export function createLogger (config: Pick<Config, 'LOG_LEVEL' | 'LOG_FILE'>): Logger {
  const level = config.LOG_LEVEL
  const terminal = process.stdout.isTTY ? pretty({ colorize: true, sync: true }) : pino.destination({ dest: 1, sync: true })
  const streams: StreamEntry[] = [{ level: 'trace', stream: terminal }]
  const options = { level, redact: REDACTED, timestamp: stdTimeFunctions.isoTime, base: { pid: process.pid } }
  if (config.LOG_FILE === NO_FILE) return pino(options, multistream(streams))

  const file = createStream(basename(config.LOG_FILE), {
    path: dirname(config.LOG_FILE), size: FILE_SIZE_MAX, rotate: FILES_KEPT_MAX, mode: 0o600
  })
  streams.push({ level: 'trace', stream: file })
  const logger = pino(options, multistream(streams))
  // A log folder that cannot be written must not stop the door from opening: stdout goes on.
  file.on('error', (err) => pino(options, terminal).warn({ err, file: config.LOG_FILE }, 'log file cannot be written'))
  return logger
}
