import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { averageOf, encodePair, mirror, spreadOf } from '../../../workers/pipeline/encode.ts'
import { openTools } from '../../backend.ts'
import { portraits } from '../../photos.ts'

const { recognizer } = await openTools()
const { chipSide: CHIP_SIDE } = recognizer

const chipOf = async (photo: Buffer): Promise<Uint8Array> =>
  new Uint8Array(await sharp(photo).resize(CHIP_SIDE, CHIP_SIDE, { fit: 'cover' }).raw().toBuffer())

test('a mirror exchanges left and right and nothing else', async () => {
  const photo = await portraits.anna()
  const chip = await chipOf(photo)
  const expected = await sharp(chip, {
    raw: { width: CHIP_SIDE, height: CHIP_SIDE, channels: 3 }
  }).flop().raw().toBuffer()
  assert.deepEqual(mirror(chip), new Uint8Array(expected))
  assert.deepEqual(mirror(mirror(chip)), chip)
})

test('a pair holds what each chip gives alone', async () => {
  const chip = await chipOf(await portraits.bella())
  const pair = await encodePair(recognizer, chip)
  for (const [found, alone] of [[pair.encoding, chip], [pair.mirrored, mirror(chip)]] as const) {
    const expected = await recognizer.encode(alone, 1)
    assert.equal(found.length, expected.length)
    for (const [i, value] of expected.entries()) assert.ok(Math.abs(found[i]! - value) < 1e-5)
  }
})

test('the average lies halfway, and the spread is the distance', () => {
  const pair = { encoding: Float32Array.of(1, 2, 3), mirrored: Float32Array.of(1, 6, 0) }
  assert.deepEqual(averageOf(pair), Float32Array.of(1, 4, 1.5))
  assert.equal(spreadOf(pair), 5)
})
