import { Command, CommanderError } from 'commander'
import { ConfigError } from '../src/config.ts'
import { FaceError } from '../src/errors.ts'
import { ExportError } from '../src/store/export-format.ts'
import { errorCode } from '../src/system-error.ts'
import { CommandError } from './command-error.ts'

/** A program that is called by this name, without its commands. */
export function createProgram (name: string, description: string): Command {
  return new Command(name).description(description).helpCommand(false).exitOverride().showHelpAfterError()
}

/**
 * Has the program's actions take the command line; false when help was asked for and written. Throws a `CommanderError`
 * for what is not understood, after it has written what and the usage to stderr.
 */
export function parseProgram (program: Command, args: string[]): boolean {
  try {
    program.parse(args, { from: 'user' })
    return true
  } catch (err) {
    if (err instanceof CommanderError && err.exitCode === 0) return false
    throw err
  }
}

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
