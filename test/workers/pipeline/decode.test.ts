import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp, { type Sharp } from 'sharp'
import { letterbox } from '../../../workers/pipeline/letterbox.ts'
import { imageFormat } from '../../../workers/pipeline/image-format.ts'
import { PhotoError } from '../../../workers/pipeline/photo-error.ts'
import type { Picture } from '../../../workers/pipeline/picture.ts'
import { decode, labelled, labelledFolder, portraits, WITHOUT_FACES } from '../../photos.ts'

function meanDifference (one: Picture, other: Picture): number {
  assert.deepEqual([one.width, one.height], [other.width, other.height])
  let sum = 0
  for (let i = 0; i < one.rgb.length; i++) sum += Math.abs(one.rgb[i]! - other.rgb[i]!)
  return sum / one.rgb.length
}

test('every supported format decodes to the same picture', async () => {
  const photo = await portraits.anna()
  const original = await decode(photo)
  const image = sharp(photo)
  const variants: Array<[name: string, bytes: Buffer, tolerance: number]> = [
    ['progressive JPEG', await image.clone().jpeg({ progressive: true, quality: 95 }).toBuffer(), 2],
    ['CMYK JPEG', await image.clone().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(), 8],
    ['PNG', await image.clone().png().toBuffer(), 0],
    ['16-bit PNG', await image.clone().toColourspace('rgb16').png().toBuffer(), 1],
    ['palette PNG', await image.clone().png({ palette: true }).toBuffer(), 8],
    ['PNG with alpha', await image.clone().ensureAlpha().png().toBuffer(), 0],
    ['WebP', await image.clone().webp({ quality: 95 }).toBuffer(), 3],
    ['AVIF', await image.clone().avif({ quality: 90, effort: 0 }).toBuffer(), 3],
    ['GIF', await image.clone().gif().toBuffer(), 8]
  ]
  for (const [name, bytes, tolerance] of variants) {
    const difference = meanDifference(original, await decode(bytes))
    assert.ok(difference <= tolerance, `${name} differs by ${difference.toFixed(2)}`)
  }
  const grey = await decode(await image.clone().grayscale().jpeg({ quality: 95 }).toBuffer())
  assert.equal(grey.rgb.length, original.rgb.length)
  assert.ok(grey.rgb.every((value, i) => value === grey.rgb[i - i % 3]))
})

test('every EXIF orientation is turned upright', async () => {
  const photo = await portraits.anna()
  const upright = await decode(photo)
  // What each orientation says must be done to see the picture upright, undone here before it is written.
  const undo: Array<(image: Sharp) => Sharp> = [
    (image) => image, (image) => image.flop(), (image) => image.rotate(180), (image) => image.flip(),
    // sharp mirrors before it turns, in whichever order the two are written.
    (image) => image.flop().rotate(270), (image) => image.rotate(270), (image) => image.flop().rotate(90),
    (image) => image.rotate(90)
  ]
  for (const [i, turn] of undo.entries()) {
    const { data, info } = await turn(sharp(photo)).raw().toBuffer({ resolveWithObject: true })
    const turned = await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
      .withMetadata({ orientation: i + 1 }).jpeg({ quality: 98 }).toBuffer()
    const difference = meanDifference(upright, await decode(turned))
    assert.ok(difference < 3, `orientation ${i + 1} differs by ${difference.toFixed(2)}`)
  }
})

test('transparent pixels show grey, whatever colour hides in them', async () => {
  const photo = await sharp({
    create: { width: 50, height: 50, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } }
  }).png().toBuffer()
  const { rgb } = await decode(photo)
  assert.ok(rgb.every((value) => value === 128))
})

test('of an animation the first frame counts', async () => {
  const frame = (background: string): Promise<Buffer> =>
    sharp({ create: { width: 60, height: 60, channels: 3, background } }).png().toBuffer()
  const animation = await sharp([await frame('red'), await frame('blue')], {
    join: { animated: true }
  }).gif().toBuffer()
  const { rgb, width, height } = await decode(animation)
  assert.deepEqual([width, height, rgb[0], rgb[2]], [60, 60, 255, 0])
})

test('the first bytes tell the format, not the name that the sender gives', async () => {
  const photo = await portraits.anna()
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif'] as const) {
    assert.equal(imageFormat(await sharp(photo).resize(64).toFormat(format).toBuffer()), format)
  }
  const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1')
  for (const other of [Buffer.alloc(0), Buffer.from('BM'), Buffer.from('%PDF-1.7'), Buffer.from('<svg/>'), heic]) {
    assert.equal(imageFormat(other), null)
  }
})

test('no cut or flipped byte of a photo brings the decoder down: a picture or a PhotoError, nothing else', async () => {
  const photo = await portraits.anna()
  const small = sharp(photo).resize(64, 64)
  let state = 1
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % below
  }
  let pictures = 0
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif'] as const) {
    const bytes = await small.clone().toFormat(format).toBuffer()
    for (let round = 0; round < 60; round++) {
      const damaged = round % 3 === 0 ? bytes.subarray(0, random(bytes.length)) : Buffer.from(bytes)
      for (let i = 0; i < round % 3 * 2; i++) damaged[random(damaged.length)] = random(256)
      try {
        const { rgb, width, height } = await decode(damaged)
        assert.equal(rgb.length, width * height * 3)
        pictures++
      } catch (err) {
        assert.ok(err instanceof PhotoError, String(err))
      }
    }
  }
  assert.ok(pictures > 0)
})

test('odd and hostile files give a picture or a PhotoError', { skip: WITHOUT_FACES }, async () => {
  const files = [
    ...await labelledFolder('hard/synthetic'), ...await labelledFolder('hard/corpus'),
    ...await labelledFolder('hard/exif_orientation')
  ]
  assert.ok(files.length > 100)
  for (const file of files) {
    const bytes = await labelled(file)
    try {
      const { rgb, width, height } = await decode(bytes)
      assert.equal(rgb.length, width * height * 3, file)
    } catch (err) {
      assert.ok(err instanceof PhotoError, `${file}: ${String(err)}`)
    }
  }
  for (const bomb of ['bomb_15000x15000_rgb8.png', 'bomb_30000x30000_gray1.png']) {
    await assert.rejects(decode(await labelled(`hard/synthetic/${bomb}`)), { code: 'IMAGE_TOO_LARGE' })
  }
  for (const cut of [20, 50, 90, 99]) {
    await assert.rejects(decode(await labelled(`hard/synthetic/face_trunc${cut}.jpg`)), { code: 'IMAGE_UNREADABLE' })
  }
})

test('a letterbox keeps the shape, centres it and says how to get back', async () => {
  const picture: Picture = { rgb: new Uint8Array(300 * 100 * 3).fill(255), width: 300, height: 100 }
  const box = await letterbox(picture, 64, 0.5)
  assert.deepEqual([box.width, box.height, box.rgb.length], [64, 64, 64 * 64 * 3])
  assert.ok(Math.abs(box.scale - 32 / 300) < 1e-9)
  assert.deepEqual([box.left, box.top], [16, 26])
  const at = (x: number, y: number): number => box.rgb[(y * 64 + x) * 3]!
  assert.deepEqual([at(15, 30), at(16, 30), at(47, 30), at(48, 30), at(30, 25), at(30, 26)], [
    128, 255, 255, 128, 128, 255
  ])
})
