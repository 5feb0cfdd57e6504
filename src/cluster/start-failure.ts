import { EarlyExit } from './server-process.ts'
import { ConfigError } from '../config.ts'
import { FaceError } from '../errors.ts'

/** What a wrong configuration ends with (EX_CONFIG of sysexits.h): trying again does not help. */
const EXIT_CONFIG = 78

/** Says why there is no server, in one line where the operator is at fault, and ends the process. */
export function failStart (err: unknown): never {
  if (err instanceof EarlyExit) {
    // One that ended by itself has said why.
    if (err.exit.code === null) {
      process.stderr.write(`${err.message}: ${err.exit.signal ?? 'the system refused to start it'}\n`)
    }
    process.exit(err.exit.code || 1)
  }
  const config = err instanceof ConfigError
  process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`)
  const isExpected = config || err instanceof FaceError
  if (!isExpected && err instanceof Error) process.stderr.write(`${err.stack}\n`)
  process.exit(config ? EXIT_CONFIG : 1)
}
