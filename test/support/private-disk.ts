import { execFile, spawnSync } from 'node:child_process'
import type { TestContext } from 'node:test'
import { temporaryFolder } from '../helper.ts'

/** How `unshare` mounts what no other process sees: as root, or as a user that is root in a namespace of its own. */
const NAMESPACE = [['--mount'], ['--mount', '--map-root-user']].find((args) => (
  spawnSync('unshare', [...args, 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' }).status === 0
))

/** Reason to skip a test that needs a disk of its own, or false where the system lets us have one. */
export const WITHOUT_DISK: string | false =
  NAMESPACE === undefined && 'a disk of its own needs unshare and the right to mount in a namespace'

/**
 * Runs a Node program; the variable DISK names the folder of a disk of so many bytes, which nobody else sees and which
 * ends with it; it may remount it. Resolves with what the program wrote to stdout; rejects with that when it fails.
 */
export async function runOnDisk (t: TestContext, bytes: number, args: readonly string[]): Promise<string> {
  const dir = await temporaryFolder(t)
  const script = `mount -t tmpfs -o size=${bytes} tmpfs "$0" && exec "$@"`
  // A test that runs itself on the disk must report to this process in words.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const program = [...NAMESPACE ?? [], 'sh', '-c', script, dir, process.execPath, ...args]
  return new Promise((resolve, reject) => {
    execFile('unshare', program, { env: { ...env, DISK: dir }, maxBuffer: 2 ** 26 }, (err, stdout) => (
      err ? reject(new Error(`${err.message}\n${stdout}`)) : resolve(stdout)
    ))
  })
}
