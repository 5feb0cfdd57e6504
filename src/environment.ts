import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The variables of this process, and of the file `.env` where it was started those that it does not have. */
export function readEnvironment (): Environment {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {}
  return { ...file, ...process.env }
}
