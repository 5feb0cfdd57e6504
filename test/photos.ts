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

/** Width of the face in each portrait, as a share of the portrait's. */
const FACE_SHARE = 0.6
/** A kiosk's photo, in pixels. */
export const SCENE = { width: 640, height: 480 }

/** Portraits pasted into a grey kiosk picture, each with a face of `faceWidth` pixels and its middle at `x`, `y`. */
export async function scene (
  ...people: Array<{ portrait: Buffer, faceWidth: number, x: number, y: number }>
): Promise<Buffer> {
  const pasted = await Promise.all(people.map(async ({ portrait, faceWidth, x, y }) => {
    const { data, info } = await sharp(portrait).resize(Math.round(faceWidth / FACE_SHARE)).toBuffer({
      resolveWithObject: true
    })
    const [left, top] = [Math.round(x - info.width / 2), Math.round(y - info.height / 2)]
    const inside = {
      left: Math.max(0, -left),
      top: Math.max(0, -top),
      right: Math.min(info.width, SCENE.width - left),
      bottom: Math.min(info.height, SCENE.height - top)
    }
    const input = await sharp(data).extract({
      left: inside.left, top: inside.top, width: inside.right - inside.left, height: inside.bottom - inside.top
    }).toBuffer()
    return { input, left: left + inside.left, top: top + inside.top }
  }))
  return sharp({
    create: { ...SCENE, channels: 3, background: '#8a8880' }
  }).composite(pasted).jpeg().toBuffer()
}

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
