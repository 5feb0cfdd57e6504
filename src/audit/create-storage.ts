import type { Config } from '../config.ts'
import { createFolderStorage } from './folder-storage.ts'
import { createPostgresStorage } from './postgres-storage.ts'
import type { AuditStorage } from './storage.ts'

/** Where the configuration keeps the encodings, there lies the audit log. */
export function createAuditStorage (
  { DATABASE_URL: url, FACE_DATA_DIR: dir }: Pick<Config, 'DATABASE_URL' | 'FACE_DATA_DIR'>
): AuditStorage {
  return url === undefined ? createFolderStorage({ dir }) : createPostgresStorage(url)
}
