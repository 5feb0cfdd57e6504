import { createBackups, type Backups } from '../src/backup/backups.ts'
import { drill } from '../src/backup/drill.ts'
import type { Config } from '../src/config.ts'
import type { StoredUsers } from '../src/store/encoding-store.ts'
import { parseDataKeys } from '../src/store/record/seal.ts'
import { CommandError } from './command-error.ts'
import { configuredDocuments, withDocuments } from './stores.ts'

const NAMED_MAX = 10
const HOUR_MS = 3_600_000

function backupsOf (config: Config, stored: StoredUsers, documents: Parameters<typeof createBackups>[0]['documents']):
Backups {
  const { BACKUP_DIR: dir, BACKUP_KEEP: keep, FACE_DATA_KEY } = config
  if (dir === undefined) throw new CommandError('BACKUP_DIR is not set')
  return createBackups({ dir, keep, keys: parseDataKeys(FACE_DATA_KEY), stored, documents })
}

/** Makes a backup in `BACKUP_DIR` now, and removes old ones. */
export async function backup (config: Config, stored: StoredUsers): Promise<string> {
  const documents = configuredDocuments(config)
  const backups = backupsOf(config, stored, documents)
  return await withDocuments(documents, async () => {
    const { path, users, unreadable, documents: count } = await backups.make()
    const pruned = await backups.prune()
    if (unreadable > 0) process.exitCode = 1
    return [
      ...unreadable > 0 ? [`${unreadable} records cannot be read and are not in it: see verify`] : [],
      `${users} users and ${count} documents saved in ${path}, encrypted; ${pruned} old backups removed`
    ].join('\n')
  })
}

/** Restores a backup, the newest unless one is named, into a folder of its own, and tells what came of it. */
export async function drillBackup (config: Config, stored: StoredUsers, file: string | undefined): Promise<string> {
  const keys = parseDataKeys(config.FACE_DATA_KEY)
  const path = file ?? (await backupsOf(config, stored, { list: () => [] }).list()).at(-1)
  if (path === undefined) throw new CommandError(`${config.BACKUP_DIR} has no backup`)
  const startedAt = performance.now()
  const { users, encodings, documents, different, current, missing } = await drill(path, keys, stored)
  if (different.length > 0) process.exitCode = 1
  const [time] = /\d{8}T\d{6}/.exec(path) ?? []
  const madeAt = time && Date.parse(time.replace(/(....)(..)(..)T(..)(..)(..)/, '$1-$2-$3T$4:$5:$6Z'))
  const age = madeAt ? `, ${((Date.now() - madeAt) / HOUR_MS).toFixed(1)} hours old` : ''
  return [
    ...different.slice(0, NAMED_MAX).map((name) => `${name}: not as it is in the backup`),
    `${path}${age}: ${users} users with ${encodings} encodings and ${documents} documents restored and read back in ` +
      `${((performance.now() - startedAt) / 1000).toFixed(1)} s, ${different.length} differ`,
    `${current} of the ${current + missing} users who are registered now are in it`
  ].join('\n')
}
