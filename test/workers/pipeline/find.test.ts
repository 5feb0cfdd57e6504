import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { CHIP_SIDE } from '../../../workers/backends/backend.ts'
import { type Box } from '../../../workers/protocol.ts'
import type { FoundFace } from '../../../workers/pipeline/confirm.ts'
import { findFace } from '../../../workers/pipeline/find.ts'
import { placeOf, scaleOf } from '../../../workers/pipeline/warp.ts'
import { openBackend } from '../../backend.ts'
import { decode, labelled, noFace, portraits, scene, SCENE, WITHOUT_FACES } from '../../photos.ts'

const backend = await openBackend()

async function find (photo: Buffer): Promise<FoundFace | null> {
  return findFace(backend, await decode(photo), () => {})
}

const brightest = (rgb: Uint8Array): number => rgb.reduce((most, value) => Math.max(most, value), 0)

const middleOf = ({ left, top, width, height }: Box): [x: number, y: number] => [left + width / 2, top + height / 2]

test('faces from 40 pixels to the full height of the photo are found where they are', async () => {
  for (const portrait of [await portraits.anna(), await portraits.bella(), await portraits.clara()]) {
    for (const faceWidth of [40, 60, 90, 140, 200, 260, 320]) {
      const found = await find(await scene({ portrait, faceWidth, x: 330, y: 240 }))
      assert.ok(found, `${faceWidth} pixels`)
      const { width } = found.detection
      assert.ok(width > 0.6 * faceWidth && width < 1.7 * faceWidth, `${faceWidth} pixels: ${width}`)
      const [x, y] = middleOf(found.detection)
      assert.ok(Math.hypot(x - 330, y - 240) < 0.6 * faceWidth, `${faceWidth} pixels: ${x}, ${y}`)
    }
  }
})

test('faces are found when the head is tilted by 30 degrees, and the chip is upright', async () => {
  for (const angle of [-30, 30]) {
    const tilted = await sharp(await portraits.bella()).rotate(angle, { background: '#8a8880' }).jpeg().toBuffer()
    const found = await find(tilted)
    assert.ok(found, `${angle}°`)
    const turned = Math.atan2(found.transform.b, found.transform.a) * 180 / Math.PI
    assert.ok(Math.abs(turned - angle) < 15, `${angle}°: ${turned}°`)
  }
})

test('the chips of a photo and of its mirror image show the same part of the face', async () => {
  const people = [await portraits.anna(), await portraits.annaAgain(), await portraits.bella(), await portraits.clara()]
  const differences: number[] = []
  for (const portrait of people) {
    const [plain, mirrored] = [await find(portrait), await find(await sharp(portrait).flop().toBuffer())]
    assert.ok(plain && mirrored)
    const middle = (CHIP_SIDE - 1) / 2
    const [x] = placeOf(plain.transform, middle, middle)
    const [mirroredX] = placeOf(mirrored.transform, middle, middle)
    differences.push((plain.picture.width - 1 - mirroredX - x) / scaleOf(plain.transform))
  }
  // In pixels of the chip. A wrong origin of the landmarks moves all of them to one side.
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length
  assert.ok(Math.abs(mean) < 1, `${differences}`)
})

test('of two faces at the sides the larger one is found', async () => {
  const [anna, bella] = [await portraits.anna(), await portraits.bella()]
  const found = await find(await scene({ portrait: anna, faceWidth: 150, x: 440, y: 240 }, {
    portrait: bella, faceWidth: 70, x: 120, y: 240
  }))
  assert.ok(found)
  assert.ok(middleOf(found.detection)[0] > 320)
})

test('a face half outside the photo does not count as larger than a whole one', async () => {
  const [anna, bella] = [await portraits.anna(), await portraits.bella()]
  const found = await find(await scene({ portrait: anna, faceWidth: 170, x: 10, y: 240 }, {
    portrait: bella, faceWidth: 140, x: 440, y: 240
  }))
  assert.ok(found)
  assert.ok(middleOf(found.detection)[0] > 320)
})

test('the face in the middle is found although a slightly larger one is at the side', async () => {
  const [anna, bella] = [await portraits.anna(), await portraits.bella()]
  for (const side of [120, 520]) {
    const found = await find(await scene({ portrait: anna, faceWidth: 150, x: side, y: 240 }, {
      portrait: bella, faceWidth: 125, x: 320, y: 240
    }))
    assert.ok(found)
    const [x] = middleOf(found.detection)
    assert.ok(Math.abs(x - 320) < 40, `${x}`)
  }
})

test('somebody far behind in the middle of the photo is not taken for the one at the side', async () => {
  const [anna, bella] = [await portraits.anna(), await portraits.bella()]
  const found = await find(await scene({ portrait: anna, faceWidth: 180, x: 130, y: 240 }, {
    portrait: bella, faceWidth: 50, x: 320, y: 240
  }))
  assert.ok(found)
  assert.ok(middleOf(found.detection)[0] < 220)
})

test('a portrait three stops too dark is found in a brighter copy; black and noise show nobody', async () => {
  for (const portrait of [await portraits.anna(), await portraits.bella(), await portraits.clara()]) {
    const dark = await decode(await sharp(portrait).linear(1 / 8, 0).jpeg().toBuffer())
    const found = await findFace(backend, dark, () => {})
    assert.ok(found)
    assert.ok(brightest(found.picture.rgb) > 2 * brightest(dark.rgb))
  }
  assert.equal(
    await find(await sharp({ create: { width: 320, height: 240, channels: 3, background: 'black' } }).png().toBuffer()),
    null
  )
  assert.equal(await find(await noFace()), null)
  assert.equal(await find(await sharp(await noFace()).linear(1 / 8, 0).png().toBuffer()), null)
})

test('a face in backlight is found: a quarter of its brightness before a white background', async () => {
  for (const portrait of [await portraits.anna(), await portraits.bella(), await portraits.clara()]) {
    const dark = await sharp(portrait).linear(1 / 4, 0).resize(220).toBuffer()
    const background = sharp({ create: { ...SCENE, channels: 3, background: '#f8f8ff' } })
    const found = await find(await background.composite([{ input: dark, left: 200, top: 100 }]).jpeg().toBuffer())
    assert.ok(found)
    const [x, y] = middleOf(found.detection)
    assert.ok(x > 200 && x < 420 && y > 100, `${x}, ${y}`)
  }
})

test('no face is found where there is none', { skip: WITHOUT_FACES }, async () => {
  assert.equal(await find(await labelled('none/017_0.jpg')), null)
})
