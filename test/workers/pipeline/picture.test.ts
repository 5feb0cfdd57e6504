import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { halved } from '../../../workers/pipeline/picture.ts'

const [WIDTH, HEIGHT, PHOTOS] = [1280, 720, 20]
const HALF_BYTES = WIDTH / 2 * (HEIGHT / 2) * 3

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void

test('the half of a picture is gone with it, as soon as young objects are collected', () => {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3)
  // What lives longer than a photo is among the old objects now.
  collect()
  collect()
  const before = process.memoryUsage().arrayBuffers
  for (let photo = 0; photo < PHOTOS; photo++) halved({ rgb, width: WIDTH, height: HEIGHT })
  assert.ok(process.memoryUsage().arrayBuffers > before)
  collect({ type: 'minor' })
  assert.ok(process.memoryUsage().arrayBuffers < before + PHOTOS * HALF_BYTES / 4)
})
