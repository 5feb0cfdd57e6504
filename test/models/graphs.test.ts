import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { ensureModels } from '../../models/build.ts'
import { networkOf } from '../backend.ts'
import { groupPhoto } from '../photos.ts'

await ensureModels('models')
await networkOf({ INFERENCE_BACKEND: 'onnx' })

/** Each graph's input and what it gives for a batch of two. */
const GRAPHS = [
  { name: 'ssd_mobilenetv1', height: 512, width: 512, outputs: { scores: [2, 5118], boxes: [2, 5118, 4] } },
  { name: 'tiny_face_detector', height: 320, width: 224, outputs: { grid: [2, 25, 10, 7] } },
  { name: 'face_landmark_68', height: 112, width: 112, outputs: { points: [2, 136] } },
  { name: 'face_recognition', height: 150, width: 150, outputs: { encoding: [2, 128] } },
  { name: 'face_recognition_int8', height: 150, width: 150, outputs: { encoding: [2, 128] } },
  { name: 'fr_feature_192', height: 112, width: 112, outputs: { encoding: [2, 192] } }
] as const

const pixels = async (photo: number, width: number, height: number): Promise<Buffer> =>
  sharp(await groupPhoto(photo)).resize(width, height, { fit: 'cover' }).removeAlpha().raw().toBuffer()

for (const { name, height, width, outputs } of GRAPHS) {
  test(`${name} gives a batch the same results as its pictures one by one`, async () => {
    const session = await InferenceSession.create(join('models', `${name}.onnx`), {
      intraOpNumThreads: 1, logSeverityLevel: 3
    })
    const run = async (rgb: Uint8Array, count: number): Promise<InferenceSession.OnnxValueMapType> =>
      session.run({ image: new Tensor('uint8', rgb, [count, height, width, 3]) })
    assert.deepEqual(session.inputNames, ['image'])
    assert.deepEqual([...session.outputNames], Object.keys(outputs))

    const pictures = [await pixels(1, width, height), await pixels(5, width, height)]
    const together = await run(Buffer.concat(pictures), pictures.length)
    for (const [i, picture] of pictures.entries()) {
      const alone = await run(picture, 1)
      for (const [output, dims] of Object.entries(outputs)) {
        const [all, one] = [together[output]?.data as Float32Array, alone[output]?.data as Float32Array]
        assert.deepEqual(together[output]?.dims, dims)
        const part = all.subarray(i * one.length, (i + 1) * one.length)
        for (const [at, value] of one.entries()) {
          const difference = Math.abs(value - (part[at] ?? NaN))
          assert.ok(difference <= 1e-5 * Math.max(1, Math.abs(value)), `${output}[${at}] differs by ${difference}`)
        }
      }
    }
  })
}
