import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { ensureModels } from '../../../models/build.ts'
import { CATALOGUE } from '../../../src/networks/catalogue.ts'
import { CHIP_SIDE, LANDMARK_SIDE, SSD_SIDE, type Detection } from '../../../workers/backends/backend.ts'
import { createOnnxBackend, openEncoder } from '../../../workers/backends/onnx.ts'
import { createTfjsBackend } from '../../../workers/backends/tfjs.ts'
import { groupPhoto, portraits } from '../../photos.ts'

await ensureModels('models')
const backend = await createOnnxBackend('models')
const encode = await openEncoder('models/face_recognition.onnx', CHIP_SIDE)
const { backend: reference, encode: referenceEncode, engine } = await createTfjsBackend()
const { length: ENCODING_LENGTH } = CATALOGUE['face-api']

/** The same pixels for both sides: a photo squeezed into a square. */
const square = async (photo: Buffer, side: number): Promise<Uint8Array> =>
  new Uint8Array(await sharp(photo).resize(side, side, { fit: 'contain' }).removeAlpha().raw().toBuffer())

function largestDifference (one: ArrayLike<number>, other: ArrayLike<number>): number {
  assert.equal(one.length, other.length)
  let largest = 0
  for (let i = 0; i < one.length; i++) largest = Math.max(largest, Math.abs(one[i]! - other[i]!))
  return largest
}

const photos = await Promise.all([portraits.anna(), portraits.bella(), portraits.clara(), groupPhoto(1), groupPhoto(5)])

/** The same faces in the same order: scores within 1e-3, places within 0.1 pixel. Gives the largest differences. */
function compareFaces (found: Detection[], expected: Detection[]): { score: number, pixels: number } {
  assert.equal(found.length, expected.length)
  const score = largestDifference(found.map((face) => face.score), expected.map((face) => face.score))
  const corners = (faces: Detection[]): number[] =>
    faces.flatMap(({ left, top, width, height }) => [left, top, width, height])
  const pixels = largestDifference(corners(found), corners(expected))
  assert.ok(score < 1e-3, `scores differ by ${score}`)
  assert.ok(pixels < 0.1, `boxes differ by ${pixels} pixels`)
  return { score, pixels }
}

test('encodings equal those of face-api, one by one and in a batch', async (t) => {
  const chips = await Promise.all(photos.map((photo) => square(photo, CHIP_SIDE)))
  const expected = await referenceEncode(Buffer.concat(chips), chips.length)
  const found = await encode(Buffer.concat(chips), chips.length)
  const difference = largestDifference(found, expected)
  t.diagnostic(`${engine}: largest difference ${difference.toExponential(1)}`)
  assert.ok(difference < 1e-4)
  for (const [i, chip] of chips.entries()) {
    const own = expected.subarray(i * ENCODING_LENGTH, (i + 1) * ENCODING_LENGTH)
    assert.ok(largestDifference(await encode(chip, 1), own) < 1e-4)
  }
  // The comparison means something: different photos have different encodings.
  assert.ok(largestDifference(
    expected.subarray(0, ENCODING_LENGTH), expected.subarray(ENCODING_LENGTH, 2 * ENCODING_LENGTH)
  ) > 0.01)
})

test('landmarks equal those of face-api within 1e-4 of the box', async (t) => {
  const crops = await Promise.all(photos.map((photo) => square(photo, LANDMARK_SIDE)))
  const expected = await reference.landmarks(Buffer.concat(crops), crops.length)
  const difference = largestDifference(await backend.landmarks(Buffer.concat(crops), crops.length), expected)
  t.diagnostic(`largest difference ${difference.toExponential(1)}`)
  assert.ok(difference < 1e-4)
})

test('the detectors find the same boxes as face-api', async (t) => {
  for (const [detector, side] of [
    ['ssd_mobilenetv1', SSD_SIDE], ['tiny_face_detector', 160], ['tiny_face_detector', 416]
  ] as const) {
    let found = 0
    for (const photo of photos) {
      const rgb = await square(photo, side)
      const detections = await backend.detect(detector, rgb, side)
      const { score, pixels } = compareFaces(detections, await reference.detect(detector, rgb, side))
      t.diagnostic(`${detector} ${side}: ${detections.length} faces, largest differences: score ` +
        `${score.toExponential(1)}, ${pixels.toExponential(1)} pixels`)
      found += detections.length
    }
    assert.ok(found >= 3)
  }
})
