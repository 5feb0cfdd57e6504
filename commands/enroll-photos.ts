import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { userOfPhoto } from '../src/users/import/photo-paths.ts'

/** The photos of one user, as paths within the folder that is enrolled. */
export interface UserPhotos {
  userId: string
  photos: string[]
}

/** Finds `USER_ID/ANY.jpg` and `USER_ID.jpg` in the folder, in order of their names; hidden files are left out. */
export async function findPhotos (dir: string): Promise<UserPhotos[]> {
  const users = new Map<string, string[]>()
  const add = (userId: string, ...photos: string[]): void => {
    users.set(userId, [...users.get(userId) ?? [], ...photos])
  }
  for (const entry of await list(dir)) {
    const files = await list(join(dir, entry)).catch((err: NodeJS.ErrnoException) => {
      if (err.code === 'ENOTDIR') return null
      throw err
    })
    if (files) add(entry, ...files.map((file) => join(entry, file)))
    else add(userOfPhoto(entry)!, entry) // It is a file's name.
  }
  return [...users].map(([userId, photos]) => ({ userId, photos }))
}

/** Sorted by code units, so that the order is the same everywhere. */
async function list (dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => !name.startsWith('.')).sort()
}
