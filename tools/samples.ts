/** `npm run samples`: cuts photos to try the server with out of those in the face-api package, to `examples/photos`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'

const DEMO_DIR = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo')
const SAMPLES_DIR = join(import.meta.dirname, '..', 'examples', 'photos')

/** The path of one of the photos that ship with face-api: 1920 pixels wide, three or more women each. */
export const groupPhotoPath = (number: number): string => join(DEMO_DIR, `sample${number}.jpg`)

async function portrait (number: number, left: number, top: number, width: number, height: number): Promise<Buffer> {
  const photo = await readFile(groupPhotoPath(number))
  return sharp(photo).extract({ left, top, width, height }).jpeg({ quality: 95 }).toBuffer()
}

/** Two photos of one woman and one each of others. */
export const portraits = {
  anna: () => portrait(3, 900, 80, 480, 560),
  annaAgain: () => portrait(1, 1420, 120, 420, 520),
  bella: () => portrait(3, 500, 180, 420, 560),
  clara: () => portrait(3, 1320, 160, 420, 520)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const photos = {
    'anna.jpg': await portraits.anna(),
    'anna-again.jpg': await portraits.annaAgain(),
    'stranger.jpg': await portraits.bella(),
    'group.jpg': await readFile(groupPhotoPath(3))
  }
  await mkdir(SAMPLES_DIR, { recursive: true })
  for (const [name, photo] of Object.entries(photos)) await writeFile(join(SAMPLES_DIR, name), photo)
  process.stdout.write(`${Object.keys(photos).join(', ')} are in examples/photos\n`)
}
