import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import sharp from 'sharp'

const PHOTOS_MAX = 8
const QUALITY = 88
/** Where single faces are in the photos that ship with face-api. */
const REGIONS = [
  { file: 'sample3.jpg', left: 740, top: 40, width: 800, height: 600 },
  { file: 'sample1.jpg', left: 1120, top: 60, width: 800, height: 600 },
  { file: 'sample3.jpg', left: 300, top: 120, width: 800, height: 600 },
  { file: 'sample3.jpg', left: 1120, top: 120, width: 800, height: 600 }
]

export interface PhotoSize { width: number, height: number }

async function ownPhotos (size: PhotoSize): Promise<Buffer[]> {
  const demo = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo')
  return Promise.all(REGIONS.map(async ({ file, ...region }) => {
    const cut = await sharp(await readFile(join(demo, file))).extract(region).toBuffer()
    return sharp(cut).resize({ ...size, fit: 'cover' }).jpeg({ quality: QUALITY }).toBuffer()
  }))
}

async function labelledPhotos (folder: string, size: PhotoSize): Promise<Buffer[]> {
  const people = (await readdir(folder)).sort()
  const files = await Promise.all(
    people.map(async (person) => join(folder, person, (await readdir(join(folder, person))).sort()[0] ?? ''))
  )
  return Promise.all(files.slice(0, PHOTOS_MAX).map(async (file) =>
    sharp(await readFile(file)).autoOrient().resize({
      ...size, fit: 'cover', position: 'top'
    }).jpeg({ quality: QUALITY }).toBuffer()))
}

/** Kiosk photos of this size: from the labelled set at FACES_DIR if it is there, else from face-api's demo. */
export async function benchPhotos (size: PhotoSize): Promise<{ photos: Buffer[], source: string }> {
  const folder = join(resolve(process.env['FACES_DIR'] ?? '../shared/faces'), 'natural')
  if (existsSync(folder)) return { photos: await labelledPhotos(folder, size), source: 'labelled photos' }
  return { photos: await ownPhotos(size), source: 'photos in @vladmandic/face-api' }
}
