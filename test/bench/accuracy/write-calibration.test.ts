import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { estimateCalibration, writeCalibration } from '../../../bench/accuracy/write-calibration.ts'
import { probit } from '../../../src/networks/normal.ts'
import { temporaryFolder } from '../../helper.ts'

test('where too few pairs are accepted the tail is followed, and mislabelled pairs do not bend it', () => {
  const pairs = 1_000_000
  // Squared distances of a normal distribution, as cosines of encodings have.
  const distances = Float64Array.from({ length: pairs }, (_, i) => Math.sqrt(2 + 0.2 * probit((i + 0.5) / pairs)))
  const expected = [1e-6, 1e-4, 1e-2].map((far) => Math.sqrt(2 + 0.2 * probit(far)))
  for (const wrong of [0, 5]) {
    distances.fill(0.1, 0, wrong)
    const found = estimateCalibration(distances)
    for (const [i, distance] of expected.entries()) {
      assert.ok(Math.abs(found[i]! - distance) < 0.003, `${found[i]} is not ${distance}`)
    }
  }
  assert.throws(() => estimateCalibration(distances.subarray(1)), {
    name: 'CommandError', message: '--write-calibration: only 999999 pairs of different people, 1000000 are needed'
  })
})

test('the calibration of a network that is in no catalogue is written beside its file', async (t) => {
  const file = join(await temporaryFolder(t), 'own.onnx')
  const path = await writeCalibration({ calibrationKey: null, file }, [0.9, 1, 1.1], 2_000_000)
  assert.equal(path, `${file}.calibration.json`)
  const { distances, pairs } = JSON.parse(await readFile(path, 'utf8')) as { distances: number[], pairs: number }
  assert.deepEqual([distances, pairs], [[0.9, 1, 1.1], 2_000_000])
})
