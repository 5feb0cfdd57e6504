import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { CHIP_SIDE, LANDMARK_SIDE, SSD_SIDE } from '../../../workers/backends/backend.ts'
import { loadFaceApi } from '../../../workers/backends/face-api-module.ts'
import { createTfjsBackend } from '../../../workers/backends/tfjs.ts'
import { groupPhoto } from '../../photos.ts'

const { backend, encode } = await createTfjsBackend()

test('no tensor is left behind by a photo', async () => {
  const { faceApi } = await loadFaceApi()
  const photo = sharp(await groupPhoto(1)).resize(SSD_SIDE, SSD_SIDE, { fit: 'contain' }).removeAlpha().raw()
  const rgb = new Uint8Array(await photo.toBuffer())
  const look = async (): Promise<number> => {
    assert.ok((await backend.detect('ssd_mobilenetv1', rgb, SSD_SIDE)).length > 0)
    assert.ok((await backend.detect('tiny_face_detector', rgb, SSD_SIDE)).length > 0)
    await backend.landmarks(rgb.subarray(0, 2 * LANDMARK_SIDE ** 2 * 3), 2)
    await encode(rgb.subarray(0, 2 * CHIP_SIDE ** 2 * 3), 2)
    return faceApi.tf.memory().numTensors
  }
  const tensors = await look()
  assert.equal(await look(), tensors)
})
