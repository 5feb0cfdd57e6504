import { pino, stdTimeFunctions, type Logger } from 'pino'
import pretty from 'pino-pretty'
import type { Config } from '../config.ts'
import { createLogFile } from './log-file.ts'

/** `LOG_FILE` with this value keeps no file. */
const NO_FILE = 'off'

/** Never logged, wherever a careless object may carry them. */
const REDACTED = ['photo', 'vector', 'encoding', 'encodings', 'req.headers.authorization', 'req.headers.cookie']

/** Takes finished lines. */
export interface LogOutput {
  write (line: string): void
}

/** Stdout (readable on a terminal) and `LOG_FILE`, see {@link createLogFile}. */
export function createLogOutput (config: Pick<Config, 'LOG_LEVEL' | 'LOG_FILE'>): LogOutput {
  const terminal = process.stdout.isTTY
    ? pretty({ colorize: true, sync: true })
    : pino.destination({ dest: 1, sync: true })
  if (config.LOG_FILE === NO_FILE) return terminal

  const path = config.LOG_FILE
  // A log file that cannot be written must not stop the door from opening: stdout goes on.
  const file = createLogFile({
    path,
    onFailed: (err) => createLogger(config, terminal).warn({ err, file: path }, 'log file cannot be written'),
    onRecovered: (missing) => logger.info({ file: path, missing }, 'log file is written again')
  })
  const output: LogOutput = {
    write (line) {
      terminal.write(line)
      file.write(line)
    }
  }
  const logger = createLogger(config, output)
  return output
}

/** Writes JSON lines. */
export function createLogger (
  config: Pick<Config, 'LOG_LEVEL' | 'LOG_FILE'>, output: LogOutput = createLogOutput(config)
): Logger {
  const { isoTime } = stdTimeFunctions
  return pino({ level: config.LOG_LEVEL, redact: REDACTED, timestamp: isoTime, base: { pid: process.pid } }, output)
}
