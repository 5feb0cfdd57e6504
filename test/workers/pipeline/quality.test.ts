import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp, { type Sharp } from 'sharp'
import { FACE_SIZE_MIN_PX } from '../../../src/recognition/quality-policy.ts'
import { examineForEnrolment } from '../../../workers/pipeline/pipeline.ts'
import type { QualityMeasure, QualityMeasures } from '../../../workers/protocol.ts'
import { openTools } from '../../backend.ts'
import { labelled, labelledFolder, labelledFolders, portraits, WITHOUT_FACES } from '../../photos.ts'

const tools = await openTools()

/** What 0.8, the default threshold, lets pass. */
const GOOD = 0.8

async function qualityOf (photo: Sharp, jpegQuality = 90): Promise<QualityMeasures> {
  const { found } = await examineForEnrolment(tools, await photo.jpeg({ quality: jpegQuality }).toBuffer(), 25_000_000)
  assert.ok(found, 'no face')
  return found.quality
}

test('a good portrait is good in every way', async () => {
  for (const portrait of [portraits.anna, portraits.annaAgain, portraits.bella]) {
    for (const [measure, value] of Object.entries(await qualityOf(sharp(await portrait())))) {
      assert.ok(value >= GOOD && value <= 1, `${measure} is ${value}`)
    }
  }
})

test('each fault lowers its own measure below the threshold', async () => {
  const bella = sharp(await portraits.bella())
  const faults: Array<[measure: QualityMeasure, photo: Sharp, jpegQuality?: number]> = [
    ['sharpness', bella.clone().blur(4)],
    ['illumination', bella.clone().linear(1 / 8, 0)],
    ['exposure', bella.clone().linear(1, 90)],
    ['contrast', bella.clone().linear(0.4, 80)],
    ['size', bella.clone().resize(50)],
    ['compression', bella.clone(), 10]
  ]
  for (const [measure, photo, jpegQuality] of faults) {
    const quality = await qualityOf(photo, jpegQuality)
    assert.ok(quality[measure] < GOOD, `${measure} is ${quality[measure]}`)
  }
})

test('the more a photo is blurred or darkened, the lower the measure', async () => {
  const bella = sharp(await portraits.bella())
  const sharpness = [
    (await qualityOf(bella.clone().blur(3))).sharpness, (await qualityOf(bella.clone().blur(4))).sharpness,
    (await qualityOf(bella.clone().blur(5))).sharpness
  ]
  const illumination = [
    (await qualityOf(bella.clone().linear(0.4, 0))).illumination,
    (await qualityOf(bella.clone().linear(0.3, 0))).illumination
  ]
  for (const [better, worse] of [
    [sharpness[0]!, sharpness[1]!], [sharpness[1]!, sharpness[2]!], [illumination[0]!, illumination[1]!]
  ] as const) {
    assert.ok(better > worse, `${better} > ${worse}`)
  }
})

/**
 * The default threshold against portraits and copies of them that nobody should be registered by; null where no face is
 * found.
 */
async function worstMeasure (photo: Sharp): Promise<number | null> {
  const { found } = await examineForEnrolment(tools, await photo.jpeg({ quality: 90 }).toBuffer(), 25_000_000)
  return found && Math.min(...Object.values(found.quality), found.face.box.width < FACE_SIZE_MIN_PX ? 0 : 1)
}

test('0.8 accepts nine of ten everyday portraits, and no copy that is blurred, three stops ' +
  'too dark or 30 pixels small', { skip: WITHOUT_FACES }, async (t) => {
  const people = (await labelledFolders('people')).filter((_, i) => i % 55 === 0)
  let accepted = 0
  for (const person of people) {
    const [photo = ''] = await labelledFolder(person)
    const portrait = sharp(await labelled(photo))
    const worst = await worstMeasure(portrait.clone())
    if (worst !== null && worst >= GOOD) accepted++
    const copies: Record<string, Sharp> = {
      blurred: portrait.clone().blur(4),
      // Three stops of light: an eighth of every byte would be darker still.
      dark: portrait.clone().pipelineColourspace('scrgb').linear(1 / 8, 0).toColourspace('srgb'),
      // The face takes up about half of these photos' width.
      small: portrait.clone().resize(60)
    }
    for (const [fault, copy] of Object.entries(copies)) {
      const quality = await worstMeasure(copy)
      assert.ok(quality === null || quality < GOOD, `${photo} ${fault}: ${quality}`)
    }
  }
  t.diagnostic(`${accepted} of ${people.length} accepted`)
  assert.ok(accepted >= 0.9 * people.length, `${accepted} of ${people.length}`)
})
