import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { openPhoto } from '../../../workers/pipeline/decode.ts'
import { detect, encode, examineForEnrolment, identify, identifyAll } from '../../../workers/pipeline/pipeline.ts'
import type { Face } from '../../../workers/protocol.ts'
import { openTools } from '../../backend.ts'
import { decode, groupPhoto, noFace, portraits, scene } from '../../photos.ts'

const tools = await openTools()
const PIXELS_MAX = 25_000_000
/** Width of bella's face as a share of her portrait's. */
const FACE_SHARE = 0.6

/** A photo of a tablet's camera with bella's face, `faceWidth` pixels wide, in its middle. */
async function cameraPhoto (faceWidth: number, format: 'jpeg' | 'png' = 'jpeg'): Promise<Buffer> {
  const input = await sharp(await portraits.bella()).resize(Math.round(faceWidth / FACE_SHARE)).toBuffer()
  const canvas = sharp({
    create: { width: 4000, height: 3000, channels: 3, background: '#8a8880' }
  }).composite([{ input }])
  return format === 'jpeg' ? canvas.jpeg({ quality: 92 }).toBuffer() : canvas.png({ compressionLevel: 1 }).toBuffer()
}

async function faceOf (photo: Buffer): Promise<Face> {
  const { found } = await identify(tools, photo, PIXELS_MAX)
  assert.ok(found)
  return found.face
}

const distance = (one: Float32Array, other: Float32Array): number =>
  Math.hypot(...one.map((value, i) => value - other[i]!))

test('a large JPEG is decoded smaller, and its whole is there when asked for', async () => {
  const bytes = await cameraPhoto(1200)
  const photo = await openPhoto(bytes, PIXELS_MAX)
  assert.deepEqual([photo.picture.width, photo.picture.height, photo.reduction], [1000, 750, 4])
  assert.deepEqual(await photo.whole(), await decode(bytes))
  const small = await openPhoto(await portraits.bella(), PIXELS_MAX)
  assert.equal(small.reduction, 1)
  assert.equal(await small.whole(), small.picture)
  const turned = await openPhoto(await sharp(bytes).withMetadata({ orientation: 6 }).jpeg().toBuffer(), PIXELS_MAX)
  assert.deepEqual([turned.picture.width, turned.picture.height, turned.reduction], [750, 1000, 4])
})

test('a large JPEG that is cut off is refused although fewer pixels are decoded', async () => {
  const bytes = await cameraPhoto(1200)
  await assert.rejects(openPhoto(bytes.subarray(0, bytes.length * 0.9), PIXELS_MAX), { code: 'IMAGE_UNREADABLE' })
  await assert.rejects(openPhoto(bytes, 11_000_000), { code: 'IMAGE_TOO_LARGE' })
})

test('a face has nearly the same encoding and the same place however few pixels were decoded', async () => {
  // The first is found and aligned in the reduced picture, the second aligned in the whole one.
  for (const faceWidth of [1200, 300]) {
    const reduced = await faceOf(await cameraPhoto(faceWidth))
    const whole = await faceOf(await cameraPhoto(faceWidth, 'png'))
    assert.ok(
      distance(reduced.encoding, whole.encoding) < 0.15, `${faceWidth}: ${distance(reduced.encoding, whole.encoding)}`
    )
    for (const { box } of [reduced, whole]) {
      assert.ok(box.width > 0.6 * faceWidth && box.width < 1.7 * faceWidth, `${faceWidth}: ${box.width}`)
    }
    assert.ok(Math.abs(reduced.box.left - whole.box.left) < 0.15 * faceWidth)
    assert.ok(Math.abs(reduced.box.top - whole.box.top) < 0.15 * faceWidth)
  }
})

test('enrolment and identification give a photo the same encoding and box', async () => {
  for (const photo of [
    await portraits.anna(), await cameraPhoto(300),
    await sharp(await portraits.bella()).linear(1 / 8, 0).jpeg().toBuffer()
  ]) {
    const { found } = await examineForEnrolment(tools, photo, PIXELS_MAX)
    const identified = await faceOf(photo)
    assert.ok(found)
    assert.deepEqual(found.face.box, identified.box)
    assert.ok(distance(found.face.encoding, identified.encoding) < 1e-5)
  }
})

test('the stages of a photo are timed', async () => {
  const { stages } = await identify(tools, await portraits.anna(), PIXELS_MAX)
  assert.deepEqual(Object.keys(stages).sort(), ['align', 'decode', 'detect', 'encode', 'landmarks', 'match'])
  for (const milliseconds of Object.values(stages)) assert.ok(milliseconds >= 0 && Number.isFinite(milliseconds))
})

test('every face of a frame has the encoding that it has alone', async () => {
  const people = [await portraits.anna(), await portraits.bella(), await portraits.clara()]
  const frame = await scene(...people.map((portrait, i) => ({ portrait, faceWidth: 110, x: 120 + 200 * i, y: 240 })))
  const { found } = await identifyAll(tools, frame, { imagePixelsMax: PIXELS_MAX, facesMax: 10 })
  assert.equal(found?.faces.length, 3)
  for (const portrait of people) {
    const alone = (await faceOf(portrait)).encoding
    const apart = found.faces.map(({ face }) => distance(face.encoding, alone)).sort((one, other) => one - other)
    // Photos of different people are further than 1.2 apart.
    assert.ok(apart[0]! < 0.6 && apart[1]! > 1, apart.join(', '))
  }
})

test('the faces of a large photo are encoded from all of its pixels', async () => {
  const photo = await sharp(await groupPhoto(3)).resize({ width: 4000 }).jpeg({ quality: 95 }).toBuffer()
  const limits = { imagePixelsMax: PIXELS_MAX, facesMax: 10 }
  const { found: large } = await identifyAll(tools, photo, limits)
  const { found: small } = await identifyAll(tools, await groupPhoto(3), limits)
  assert.ok(large && small && small.faces.length >= 3)
  assert.equal(large.faces.length, small.faces.length)
  for (const { face } of small.faces) {
    const nearest = Math.min(...large.faces.map((other) => distance(other.face.encoding, face.encoding)))
    assert.ok(nearest < 0.5, `${nearest}`)
  }
})

test('of the faces of a photo the largest are taken, and none where there is none', async () => {
  const limits = { imagePixelsMax: PIXELS_MAX, facesMax: 2 }
  const { found, stages } = await detect(tools, await groupPhoto(3), limits)
  assert.equal(found?.faces.length, 2)
  const [one, other] = found.faces.map(({ box }) => box.width * box.height)
  assert.ok(one! >= other!)
  assert.deepEqual(
    Object.keys(stages).sort(), ['align', 'decode', 'detect', 'encode', 'landmarks', 'opinion', 'quality']
  )
  assert.deepEqual((await detect(tools, await noFace(), limits)).found?.faces, [])
  assert.deepEqual((await identifyAll(tools, await noFace(), limits)).found?.faces, [])
})

test('a photo that is encoded for a comparison is matched with nobody', async () => {
  const asked: unknown[] = []
  const matching = { ...tools, matchFace: (...args: unknown[]) => { asked.push(args); return [] } }
  const { found } = await encode(matching, await portraits.anna(), PIXELS_MAX)
  assert.ok(found && distance(found.face.encoding, (await faceOf(await portraits.anna())).encoding) === 0)
  assert.deepEqual(asked, [])
})
