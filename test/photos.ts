import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { groupPhotoPath } from '../tools/samples.ts'
import { openPhoto } from '../workers/pipeline/decode.ts'
import type { Picture } from '../workers/pipeline/picture.ts'

const FACES_DIR = resolve(process.env['FACES_DIR'] ?? '../shared/faces')

export { portraits } from '../tools/samples.ts'

/** Reason to skip a test that needs the labelled photos, or false when they are there. */
export const WITHOUT_FACES: string | false = existsSync(FACES_DIR)
  ? false
  : `the labelled photos are not at ${FACES_DIR}; set FACES_DIR to run this test`

/** Every pixel of the photo, as the server decodes it. */
export async function decode (photo: Uint8Array, pixelsMax = 25_000_000): Promise<Picture> {
  return (await openPhoto(photo, pixelsMax)).whole()
}

/** Where a file or folder of the labelled set is. */
export const labelledPath = (path: string): string => join(FACES_DIR, path)

/** A photo from the labelled set. */
export const labelled = (path: string): Promise<Buffer> => readFile(join(FACES_DIR, path))

/** All files of one folder of the labelled set, sorted. */
export async function labelledFolder (path: string): Promise<string[]> {
  const entries = await readdir(join(FACES_DIR, path), { withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(path, entry.name)).sort()
}

/** All folders in one folder of the labelled set, sorted. */
export async function labelledFolders (path: string): Promise<string[]> {
  const entries = await readdir(join(FACES_DIR, path), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name)).sort()
}

/** One of the photos that ship with face-api: 1920 pixels wide, three or more women each. */
export const groupPhoto = (number: number): Promise<Buffer> => readFile(groupPhotoPath(number))

/** A photo without a face: coloured noise, the same each time. */
export function noFace (side = 320): Promise<Buffer> {
  const rgb = Buffer.alloc(side * side * 3)
  for (let i = 0, state = 1; i < rgb.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    rgb[i] = state >>> 24
  }
  return sharp(rgb, { raw: { width: side, height: side, channels: 3 } }).blur(3).jpeg().toBuffer()
}

/** What kiosks put into JSON. */
export const dataUri = (photo: Buffer, type = 'jpeg'): string => `data:image/${type};base64,${photo.toString('base64')}`
