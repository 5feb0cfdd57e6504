import { join, resolve } from 'node:path'
import { listIfThere } from './atomic-file.ts'
import { dataFolder } from './data-folder.ts'
import { nodeFileSystem } from './file-system.ts'
import type { RecordCodec } from './record-codec.ts'
import type { StoredUsers } from './stored-users.ts'
import { USER_FOLDERS, userFolder, userKeyOf } from './user-file-name.ts'
import { readUserFile } from './user-files.ts'

/** What lies in a data folder. */
export function storedFiles (dir: string, codec: RecordCodec): StoredUsers {
  const data = dataFolder(resolve(dir))
  return {
    async * keys () {
      for (const folder of USER_FOLDERS) {
        for (const name of await listIfThere(nodeFileSystem, join(data.users, folder))) {
          const key = userKeyOf(name)
          if (key !== null && userFolder(key) === folder) yield key
        }
      }
    },
    nameOf: (key) => data.nameOf(data.userPath(key)),
    read: (key) => readUserFile(nodeFileSystem, data.userPath(key), key, codec),
    quarantined: async () => (await listIfThere(nodeFileSystem, data.quarantine)).length,
    close: async () => {}
  }
}
