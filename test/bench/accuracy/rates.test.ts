import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { test } from 'node:test'
import { impostorDistances } from '../../../bench/accuracy/comparisons.ts'
import { LABEL_ERRORS, readDataset, readNames } from '../../../bench/accuracy/dataset.ts'
import { countAccepted } from '../../../bench/accuracy/error-rates.ts'
import { encodePhotos } from '../../../bench/accuracy/photo-encodings.ts'
import { loadConfig } from '../../../src/config.ts'
import { offScale, SCALE } from '../../../src/networks/calibration.ts'
import { networkOf } from '../../backend.ts'
import { labelledPath, WITHOUT_FACES } from '../../photos.ts'

/** Wilson's 95 % interval of a rate (Wilson 1927). */
function interval (count: number, trials: number): readonly [least: number, most: number] {
  const z = 1.959964
  const [rate, share] = [count / trials, z * z / trials]
  const half = z * Math.sqrt(rate * (1 - rate) / trials + share / (4 * trials))
  return [(rate + share / 2 - half) / (1 + share), (rate + share / 2 + half) / (1 + share)]
}

test('0.4, 0.6 and 0.8 have the false accept rates that the scale promises', { skip: WITHOUT_FACES }, async (t) => {
  const { people, photos } = await readDataset(labelledPath('people'), {
    strangers: labelledPath('strangers'), leaveOut: await readNames(LABEL_ERRORS)
  })
  const network = await networkOf()
  const { photos: encoded } = await encodePhotos({
    paths: photos.map(({ path }) => path),
    config: loadConfig({ RECOGNITION_NETWORK: network.name!, INFERENCE_THREADS: String(availableParallelism()) }),
    network,
    withQuality: false,
    onProgress: () => {},
    onThreadError: (err) => { throw err }
  })
  const { distances } = impostorDistances(people, encoded.map(({ encoding }) => encoding), Infinity)
  assert.ok(distances.length > 2_000_000)
  for (const { distance, far } of SCALE) {
    const count = countAccepted(distances, offScale(network.calibration!, distance))
    const [least, most] = interval(count, distances.length)
    t.diagnostic(`${distance}: ${count} of ${distances.length}, ${least.toExponential(2)} to ${most.toExponential(2)}`)
    assert.ok(least <= far && far <= most, `${distance}: ${count} of ${distances.length}`)
  }
})
