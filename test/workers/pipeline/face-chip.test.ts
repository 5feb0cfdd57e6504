import assert from 'node:assert/strict'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { onScale, type Calibration } from '../../../src/networks/calibration.ts'
import { NETWORK_NAMES, type NetworkName } from '../../../src/networks/catalogue.ts'
import { distanceOf } from '../../../src/networks/distance.ts'
import { cutChip, openChip } from '../../../workers/pipeline/face-chip.ts'
import { findFace } from '../../../workers/pipeline/find.ts'
import { openRecognizer, type Recognizer } from '../../../workers/pipeline/recognizer.ts'
import { CHIP_BYTES_MAX, CHIP_IMAGE_AT } from '../../../workers/protocol.ts'
import { networkOf, openBackend } from '../../backend.ts'
import { BROUGHT, broughtFile, WITHOUT_NETWORKS } from '../../networks.ts'
import { decode, labelled, labelledFolder, labelledFolders, portraits, WITHOUT_FACES } from '../../photos.ts'

const backend = await openBackend()

interface Opened { name: NetworkName, recognizer: Recognizer, calibration: Calibration }

async function open (name: NetworkName): Promise<Opened> {
  const choice = BROUGHT.includes(name) ? { RECOGNITION_MODEL: broughtFile(name) } : { RECOGNITION_NETWORK: name }
  const { setup, calibration } = await networkOf({ INFERENCE_BACKEND: 'onnx', ...choice })
  const recognizer = await openRecognizer({ network: setup, executionProviders: ['cpu'] })
  return { name, recognizer, calibration: calibration! }
}

/** How far, on the scale, the encodings of the kept face lie from those of the photo, and the bytes that it takes. */
async function compare (photo: Buffer, networks: readonly Opened[]): Promise<{
  apart: number[], bytes: number
} | null> {
  const found = await findFace(backend, await decode(photo), () => {})
  if (!found) return null
  const chip = await cutChip(found)
  assert.ok(chip && chip.length <= CHIP_BYTES_MAX)
  const kept = await openChip(chip)
  const apart: number[] = []
  for (const { recognizer, calibration } of networks) {
    const own = await recognizer.encode(recognizer.align(found), 1)
    const again = await recognizer.encode(recognizer.align(kept), 1)
    apart.push(onScale(calibration, distanceOf(own, again)))
  }
  return { apart, bytes: chip.length }
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.ceil(share * values.length) - 1]!

/** The 99th percentile may be no more. On the scale face-api's network, the oldest, is three times as fine near 0. */
const APART_MAX = { portraits: 0.02, 'photos of cameras': 0.02 }
const APART_MAX_FACE_API = { portraits: 0.02, 'photos of cameras': 0.04 }

test('encodings of faces that were kept lie within 0.02 of those of the photos, at the 99th percentile, ' +
  'with each network of the catalogue', { skip: WITHOUT_FACES }, async (t) => {
  const names = NETWORK_NAMES.filter((name) => !BROUGHT.includes(name) || !WITHOUT_NETWORKS)
  const networks: Opened[] = []
  for (const name of names) networks.push(await open(name))
  const people = (await labelledFolders('people')).filter((_, i) => i % 3 === 0)
  const paths = {
    portraits: people.map((person) => join(person, `${basename(person)}_0001.jpg`)),
    'photos of cameras': (await Promise.all((await labelledFolders('natural')).map(labelledFolder))).flat()
  }
  for (const kind of ['portraits', 'photos of cameras'] as const) {
    const compared = []
    for (const path of paths[kind]) compared.push(await compare(await labelled(path), networks))
    const found = compared.filter((one) => one !== null)
    assert.ok(found.length > 0.9 * paths[kind].length)
    const kB = [0.5, 0.99].map((share) => (percentile(found.map(({ bytes }) => bytes), share) / 1024).toFixed(1))
    t.diagnostic(`${found.length} ${kind}: ${kB[0]} kB, 99th percentile ${kB[1]} kB`)
    for (const [i, name] of names.entries()) {
      const [median, most] = [0.5, 0.99].map((share) => percentile(found.map(({ apart }) => apart[i]!), share))
      t.diagnostic(`${name}: median ${median!.toFixed(4)}, 99th percentile ${most!.toFixed(4)}`)
      assert.ok(most! <= (name === 'face-api' ? APART_MAX_FACE_API : APART_MAX)[kind], `${name}, ${kind}`)
    }
  }
})

test('a face in a huge photo, at the edge, tilted, or in noise that does not compress is kept', async () => {
  const network = await open('fr-feature')
  const anna = await portraits.anna()
  const { width, height } = await sharp(anna).metadata()
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 }
  const create = { width: 2 * width, height: 2 * height, channels: 3 as const, background: '#808080', noise }
  const variants: Array<[name: string, photo: Buffer, apartMax: number]> = [
    ['huge', await sharp(anna).resize(4 * width).jpeg({ quality: 98 }).toBuffer(), 0.02],
    ['tilted', await sharp(anna).rotate(25, { background: '#808080' }).jpeg({ quality: 98 }).toBuffer(), 0.02],
    ['cut off', await sharp(anna).extract({
      left: Math.round(0.25 * width),
      top: Math.round(0.2 * height),
      width: Math.round(0.6 * width),
      height: Math.round(0.7 * height)
    }).jpeg({ quality: 98 }).toBuffer(), 0.02],
    ['noisy', await sharp(anna).resize(2 * width).composite([{ input: { create }, blend: 'soft-light' }])
      .png().toBuffer(), 0.15]
  ]
  for (const [name, photo, apartMax] of variants) {
    const compared = await compare(photo, [network])
    assert.ok(compared, name)
    assert.ok(compared.apart[0]! <= apartMax, `${name}: ${compared.apart[0]}`)
  }
})

test('what is no face chip is refused', async () => {
  const found = await findFace(backend, await decode(await portraits.anna()), () => {})
  const chip = (await cutChip(found!))!
  for (const bytes of [
    new Uint8Array(0), chip.subarray(0, CHIP_IMAGE_AT), chip.with(0, 9), chip.subarray(0, chip.length - 200),
    chip.with(CHIP_IMAGE_AT, 0)
  ]) await assert.rejects(openChip(bytes), { code: 'IMAGE_UNREADABLE' })
})
