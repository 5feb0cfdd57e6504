import { FaceError } from '../../errors.ts'
import type { ImportRow } from './import-people.ts'
import { personOf, readList } from './people-list.ts'

/** A file that was sent beside a list of people. */
export interface PhotoFile {
  byteLength: number
  /** Throws {@link FaceError} for what is wrong with it. */
  read (): Promise<ArrayBuffer>
}

/** The rows of a list, each with the photo that it names. Throws as {@link readList}. */
export function listedRows (list: Buffer, find: (name: string) => PhotoFile | undefined): ImportRow[] {
  return readList(list).map((fields, i): ImportRow => {
    const name = fields instanceof FaceError ? undefined : fields['photo']
    const photo = typeof name === 'string' ? find(name) : undefined
    return {
      row: i + 1,
      ...typeof name === 'string' && name !== '' && { photoName: name },
      byteLength: photo?.byteLength ?? 0,
      async read () {
        if (fields instanceof FaceError) throw fields
        const { photo: named, ...person } = personOf(fields)
        if (named !== null && !photo) {
          throw new FaceError('INVALID_REQUEST', { message: 'photo: no file of this name was sent' })
        }
        return { ...person, photo: photo ? await photo.read() : null }
      }
    }
  })
}
