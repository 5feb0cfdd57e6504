import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program that is not an npm package, and why a test of it is skipped: a reason, or false when it is installed. */
export interface Program { readonly path: string, readonly missing: string | false }

/** Looks for a program of a Debian package of that name, also where only root has it in its path. */
export function findProgram (name: string, debianPackage = name): Program {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate))
  return {
    path: path ?? name,
    missing: path === undefined && `${name} is not installed (Debian: apt-get install ${debianPackage})`
  }
}
