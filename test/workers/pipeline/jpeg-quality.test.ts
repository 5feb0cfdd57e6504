import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { jpegQuality } from '../../../workers/pipeline/jpeg-quality.ts'
import { noFace, portraits } from '../../photos.ts'

test('the quality with which a JPEG was written is read from its tables', async () => {
  const portrait = sharp(await portraits.anna())
  // Below 25 the largest entries of the table do not fit into a byte any more, and the estimate is too high.
  for (const quality of [30, 50, 75, 90, 95]) {
    for (const progressive of [false, true]) {
      const found = jpegQuality(await portrait.clone().jpeg({ quality, progressive }).toBuffer())
      assert.ok(found !== null && Math.abs(found - quality) <= 1, `${quality}: ${found}`)
    }
  }
  const poor = jpegQuality(await portrait.clone().jpeg({ quality: 8 }).toBuffer())
  assert.ok(poor !== null && poor < 20, `${poor}`)
})

test('other formats have none', async () => {
  const portrait = sharp(await portraits.anna())
  assert.equal(jpegQuality(await portrait.clone().png().toBuffer()), null)
  assert.equal(jpegQuality(await portrait.clone().webp().toBuffer()), null)
  assert.equal(jpegQuality(new Uint8Array(0)), null)
})

test('no cut and no flipped byte of a file brings the reader down or out of range', async () => {
  const file = new Uint8Array(await sharp(await noFace(64)).jpeg().toBuffer())
  for (let length = 0; length < file.length; length++) {
    const found = jpegQuality(file.subarray(0, length))
    assert.ok(found === null || (found >= 1 && found <= 100))
  }
  for (let i = 0; i < Math.min(file.length, 700); i++) {
    for (const value of [0, 1, 0xdb, 0xff]) {
      const broken = file.slice()
      broken[i] = value
      const found = jpegQuality(broken)
      assert.ok(found === null || (found >= 1 && found <= 100), `byte ${i} = ${value}: ${found}`)
    }
  }
})
