import sharp, { type Sharp } from 'sharp'
import { benchPhotos } from '../photos.ts'
import type { Call } from './client.ts'

const BOUNDARY = 'soak-boundary'

const json = (value: object): Pick<Call, 'type' | 'body'> => ({
  type: 'application/json', body: Buffer.from(JSON.stringify(value))
})

function form (photo: Buffer): Pick<Call, 'type' | 'body'> {
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="photo"; ` +
    'filename="photo.jpg"\r\ncontent-type: image/jpeg\r\n\r\n'
  return {
    type: `multipart/form-data; boundary=${BOUNDARY}`,
    body: Buffer.concat([Buffer.from(head), photo, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)])
  }
}

/** What kiosks send. */
export interface Bodies {
  /** Photos of people, one each. */
  people: Buffer[]
  /** Recognitions of these people, as raw bodies, JSON and forms, in two sizes and four formats. */
  good: Call[]
  /** Whatever is wrong, with a fault each that the server must name. */
  bad: Call[]
  /** Photos with 23 million pixels and more, and more bytes than are allowed. */
  huge: Call[]
}

/** Makes them from the photos of the bench. */
export async function makeBodies (): Promise<Bodies> {
  const { photos: people } = await benchPhotos({ width: 640, height: 480 })
  const { photos: large } = await benchPhotos({ width: 1280, height: 720 })
  const [first] = people as [Buffer]
  const path = '/recognize'
  const plain = [...people, ...large].flatMap((photo): Call[] => [
    { path, body: photo }, { path, ...form(photo) },
    { path, ...json({ photo: `data:image/jpeg;base64,${photo.toString('base64')}` }) }
  ])
  const other = await Promise.all(people.map(async (photo): Promise<Call[]> => [
    { path, type: 'image/png', body: await sharp(photo).png().toBuffer() },
    { path, type: 'image/webp', body: await sharp(photo).webp().toBuffer() },
    { path, type: 'image/avif', body: await sharp(photo).avif({ effort: 0 }).toBuffer() }
  ]))
  const sized = (width: number, height: number): Sharp => sharp(large[0]).resize({ width, height, fit: 'fill' })
  const noise = await sharp({
    create: {
      width: 320, height: 320, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 40 }, background: '#888'
    }
  }).jpeg().toBuffer()
  return {
    people,
    good: [...plain, ...other.flat()],
    bad: [
      { path, body: noise },
      { path, body: first.subarray(0, first.length / 2) },
      { path, body: Buffer.from('not a photo at all') },
      { path, body: await sized(30, 30).jpeg().toBuffer() },
      { path, ...json({ photo: '%%%' }) },
      { path, ...json({ nothing: true }) },
      { path, type: 'application/json', body: Buffer.from('{"photo":"') },
      { path, type: 'text/plain', body: first },
      { path, type: `multipart/form-data; boundary=${BOUNDARY}`, body: form(first).body!.subarray(0, 5_000) },
      { path: '/register-face', body: first },
      { path: '/register-face?user_id=a%20b', body: first },
      { method: 'DELETE', path: '/face/nobody' },
      { method: 'GET', path: '/nowhere' },
      { method: 'GET', path: '/status/%zz' }
    ],
    huge: [
      { path, body: await sized(5600, 4200).jpeg().toBuffer() },
      { path, type: 'image/png', body: await sized(2800, 2100).png({ compressionLevel: 1 }).toBuffer() },
      { path, body: await sized(5600, 4200).jpeg({ progressive: true }).toBuffer() },
      { path, body: await sized(6000, 4500).jpeg().toBuffer() },
      { path, body: Buffer.concat([first, Buffer.alloc(11 * 2 ** 20)]) }
    ]
  }
}
