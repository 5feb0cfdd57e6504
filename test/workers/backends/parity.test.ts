import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { ensureModels } from '../../../models/build.ts'
import { CHIP_SIDE, LANDMARK_SIDE, SSD_SIDE, type Detection } from '../../../workers/backends/backend.ts'
import { createOnnxBackend } from '../../../workers/backends/onnx.ts'
import { groupPhoto, portraits } from '../../photos.ts'
import { loadReference } from './face-api.ts'

await ensureModels('models')
const backend = await createOnnxBackend('models')
const reference = await loadReference()

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

/** What face-api makes of each picture, one after the other: it takes no batches. */
async function expectedOf (pictures: Uint8Array[], network: (rgb: Uint8Array) => Promise<Float32Array>): Promise<Float32Array[]> {
  const results: Float32Array[] = []
  for (const picture of pictures) results.push(await network(picture))
  return results
}

const flat = (rows: Float32Array[]): number[] => rows.flatMap((row) => [...row])

/** The same faces in the same order: scores within 1e-3, places within 0.1 pixel. Gives the largest differences. */
function compareFaces (found: Detection[], expected: Detection[]): { score: number, pixels: number } {
  assert.equal(found.length, expected.length)
  const score = largestDifference(found.map((face) => face.score), expected.map((face) => face.score))
  const corners = (faces: Detection[]): number[] => faces.flatMap(({ left, top, width, height }) => [left, top, width, height])
  const pixels = largestDifference(corners(found), corners(expected))
  assert.ok(score < 1e-3, `scores differ by ${score}`)
  assert.ok(pixels < 0.1, `boxes differ by ${pixels} pixels`)
  return { score, pixels }
}

test('encodings equal those of face-api, one by one and in a batch', async (t) => {
  const chips = await Promise.all(photos.map((photo) => square(photo, CHIP_SIDE)))
  const expected = await expectedOf(chips, reference.encode)
  const difference = largestDifference(await backend.encode(Buffer.concat(chips), chips.length), flat(expected))
  t.diagnostic(`largest difference ${difference.toExponential(1)}`)
  assert.ok(difference < 1e-4)
  for (const [i, chip] of chips.entries()) {
    assert.ok(largestDifference(await backend.encode(chip, 1), expected[i]!) < 1e-4)
  }
  // The comparison means something: different photos have different encodings.
  assert.ok(largestDifference(expected[0]!, expected[1]!) > 0.01)
})

test('landmarks equal those of face-api within 1e-4 of the box', async (t) => {
  const crops = await Promise.all(photos.map((photo) => square(photo, LANDMARK_SIDE)))
  const expected = await expectedOf(crops, reference.landmarks)
  const difference = largestDifference(await backend.landmarks(Buffer.concat(crops), crops.length), flat(expected))
  t.diagnostic(`largest difference ${difference.toExponential(1)}`)
  assert.ok(difference < 1e-4)
})

test('ssd_mobilenetv1 finds the same boxes as face-api', async (t) => {
  let found = 0
  for (const photo of photos) {
    const rgb = await square(photo, SSD_SIDE)
    const detections = await backend.detect('ssd_mobilenetv1', rgb, SSD_SIDE)
    const { score, pixels } = compareFaces(detections, await reference.detect(rgb, SSD_SIDE))
    t.diagnostic(`largest differences: score ${score.toExponential(1)}, ${pixels.toExponential(1)} pixels`)
    found += detections.length
  }
  t.diagnostic(`${found} faces`)
  assert.ok(found >= 5)
})

test('tiny_face_detector gives the same grid and the same boxes as face-api', async (t) => {
  const session = await InferenceSession.create(join('models', 'tiny_face_detector.onnx'))
  let count = 0
  for (const [photo, side] of photos.flatMap((photo) => [[photo, 224], [photo, 416]] as const)) {
    const rgb = await square(photo, side)
    const cells = side / 32
    const expected = await reference.tinyGrid(rgb, side)
    const { grid } = await session.run({ image: new Tensor('uint8', rgb, [1, side, side, 3]) })
    assert.deepEqual(grid?.dims, [1, 25, cells, cells])
    const found = grid.data as Float32Array
    // face-api puts the 25 numbers of a cell together, the graph the cells of a number.
    const turned = Float32Array.from(expected, (_, i) => found[(i % 25) * cells * cells + Math.floor(i / 25)]!)
    const difference = largestDifference(turned, expected)
    assert.ok(difference < 1e-3)
    const faces = await backend.detect('tiny_face_detector', rgb, side)
    const { score, pixels } = compareFaces(faces, await reference.tinyDetect(rgb, side))
    t.diagnostic(`${side}: ${faces.length} faces, largest differences: grid ${difference.toExponential(1)}, score ${score.toExponential(1)}, ${pixels.toExponential(1)} pixels`)
    count += faces.length
  }
  assert.ok(count >= 5)
})
