import { CommanderError } from 'commander'
import { ConfigError } from '../src/config.ts'
import { FaceError } from '../src/errors.ts'
import { ExportError } from '../src/store/export-format.ts'
import { errorCode } from '../src/system-error.ts'
import { CommandError } from './command-error.ts'

/** Runs a program to its end; what it throws becomes a line on stderr and the exit code. */
export async function runProgram (main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (err) {
    if (err instanceof CommanderError) {
      process.exitCode = 2
    } else {
      const isExpected = err instanceof CommandError || err instanceof ConfigError || err instanceof FaceError ||
        err instanceof ExportError || errorCode(err) !== undefined
      const message = err instanceof Error ? (isExpected ? err.message : err.stack) : String(err)
      process.stderr.write(`${message}\n`)
      process.exitCode = 1
    }
  }
}
