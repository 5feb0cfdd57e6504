import { basename, dirname } from 'node:path'
import { pino, stdTimeFunctions, type Logger } from 'pino'
import pretty from 'pino-pretty'
import { createStream } from 'rotating-file-stream'
import type { Config } from '../config.ts'

/** `LOG_FILE` with this value keeps no file. */
const NO_FILE = 'off'
const FILE_SIZE_MAX = '10M'
const FILES_KEPT_MAX = 5

/** Never logged, wherever a careless object may carry them. */
const REDACTED = ['photo', 'vector', 'encoding', 'encodings', 'req.headers.authorization', 'req.headers.cookie']

/** Takes finished lines. */
export interface LogOutput {
  write (line: string): void
}

/** Stdout (readable on a terminal) and `LOG_FILE`, which is rotated at 10 MB, five files kept. */
export function createLogOutput (config: Pick<Config, 'LOG_LEVEL' | 'LOG_FILE'>): LogOutput {
  const terminal = process.stdout.isTTY ? pretty({ colorize: true, sync: true }) : pino.destination({ dest: 1, sync: true })
  if (config.LOG_FILE === NO_FILE) return terminal

  const file = createStream(basename(config.LOG_FILE), {
    path: dirname(config.LOG_FILE), size: FILE_SIZE_MAX, rotate: FILES_KEPT_MAX, mode: 0o600
  })
  // A log folder that cannot be written must not stop the door from opening: stdout goes on.
  file.on('error', (err) => createLogger(config, terminal).warn({ err, file: config.LOG_FILE }, 'log file cannot be written'))
  return {
    write (line) {
      terminal.write(line)
      file.write(line)
    }
  }
}

/** Writes JSON lines. */
export function createLogger (config: Pick<Config, 'LOG_LEVEL' | 'LOG_FILE'>, output: LogOutput = createLogOutput(config)): Logger {
  return pino({ level: config.LOG_LEVEL, redact: REDACTED, timestamp: stdTimeFunctions.isoTime, base: { pid: process.pid } }, output)
}
