/**
 * `npm run enrolment`: what registration makes of the photos at FACES_DIR, in this thread, with the policy of
 * `POST /register-face` for one photo of a new user: who is accepted, who is refused and why, and how long it takes.
 */
import { readFile, readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import sharp from 'sharp'
import { loadConfig, readEnvironment } from '../src/config.ts'
import { FaceError } from '../src/errors.ts'
import { checkQuality } from '../src/recognition/enrolment-policy.ts'
import { PhotoError } from '../workers/pipeline/photo-error.ts'
import { examineForEnrolment, identify } from '../workers/pipeline/pipeline.ts'
import type { Box } from '../workers/protocol.ts'
import { markdown } from './markdown.ts'
import { openTools } from './stages.ts'

const FACES_DIR = resolve(process.env['FACES_DIR'] ?? '../shared/faces')
const SEED = 7
/** Photos of two people, for each ratio of their sizes. */
const PAIRS = 30
/** Every so many of the portraits without their faces. */
const PAINTED_EVERY = 4
const [PAIR_HEIGHT, PHOTO_SIDE] = [480, 250]
/**
 * In LFW the face of the person that the photo is named after lies in the middle, this share of the side away at
 * most.
 */
const MIDDLE = 0.2

interface Sample {
  name: string
  bytes (): Promise<Buffer>
}

interface PhotoSet {
  title: string
  samples: Sample[]
  /** Portraits of one person each who stands in the middle. */
  isMiddle?: boolean
}

interface Outcome {
  name: string
  /** Why it was refused; null if it was not. */
  refusal: string | null
  /** The measures of the quality that are too low. */
  faults: string[]
  box: Box | null
  ms: number
}

const list = async (folder: string): Promise<string[]> =>
  (await readdir(join(FACES_DIR, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(?:jpe?g|png)$/i.test(entry.name))
    .map((entry) => relative(FACES_DIR, join(entry.parentPath, entry.name)))
    .sort()

const sampleOf = (name: string): Sample => ({ name, bytes: () => readFile(join(FACES_DIR, name)) })

/** A linear congruential generator (Numerical Recipes), 0..1. */
function randomNumbers (seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Two portraits beside each other, the second so many times as high as the first. */
function pairOf (one: Sample, other: Sample, ratio: number): Sample {
  const side = Math.round(PAIR_HEIGHT * ratio)
  return {
    name: `${one.name} beside ${other.name} × ${ratio}`,
    async bytes () {
      const first = await sharp(await one.bytes()).resize(PAIR_HEIGHT, PAIR_HEIGHT).toBuffer()
      const second = await sharp(await other.bytes()).resize(side, side).toBuffer()
      return sharp({ create: { width: PAIR_HEIGHT + side, height: PAIR_HEIGHT, channels: 3, background: '#8a8880' } })
        .composite([
          { input: first, left: 0, top: 0 },
          { input: second, left: PAIR_HEIGHT, top: Math.round((PAIR_HEIGHT - side) / 2) }
        ]).jpeg({ quality: 90 }).toBuffer()
    }
  }
}

/** The portrait without its face: what is left are hair, clothes and background. */
function withoutFace ({ name, bytes }: Sample): Sample {
  const [left, top] = [Math.round(0.18 * PHOTO_SIDE), Math.round(0.14 * PHOTO_SIDE)]
  const [width, height] = [PHOTO_SIDE - 2 * left, PHOTO_SIDE - 2 * top]
  const input = { create: { width, height, channels: 3 as const, background: '#8a8880' } }
  return {
    name: `${name} without the face`,
    bytes: async () => sharp(await bytes()).composite([{ input, left, top }]).jpeg({ quality: 90 }).toBuffer()
  }
}

/** The photo in `grid`² pieces, each as large as it was. */
const piecesOf = ({ name, bytes }: Sample, grid: number): Sample[] => Array.from({ length: grid ** 2 }, (_, i) => ({
  name: `${name}, piece ${i} of ${grid ** 2}`,
  async bytes () {
    const upright = sharp(await bytes()).autoOrient().jpeg()
    const { data, info: { width, height } } = await upright.toBuffer({ resolveWithObject: true })
    const piece = { width: Math.floor(width / grid), height: Math.floor(height / grid) }
    return sharp(data)
      .extract({ left: (i % grid) * piece.width, top: Math.floor(i / grid) * piece.height, ...piece })
      .resize(width, height).jpeg({ quality: 90 }).toBuffer()
  }
}))

async function readSets (): Promise<PhotoSet[]> {
  const [people, strangers, hard] = [await list('people'), await list('strangers'), await list('hard')]
  const firsts = people.filter((name) => name.endsWith('_0001.jpg')).map(sampleOf)
  const portraits = [...firsts, ...strangers.map(sampleOf)]
  const random = randomNumbers(SEED)
  const pick = (): Sample => portraits[Math.floor(random() * portraits.length)]!
  const empty = [...await list('none'), ...hard.filter((name) => name.includes('Landscape_1'))].map(sampleOf)
  const isNobody = (name: string): boolean => /Landscape_\d|mask_(?:black|blue|green|white)|no_face/.test(name)
  const isGroup = (name: string): boolean => !/bald_guys|Tom_Cruise|dogs/.test(name)
  return [
    { title: 'people/, the first photo of each', samples: firsts, isMiddle: true },
    { title: 'strangers/', samples: strangers.map(sampleOf), isMiddle: true },
    { title: 'natural/', samples: (await list('natural')).map(sampleOf) },
    {
      title: 'hard/face_variants/',
      samples: hard.filter((name) => name.includes('face_variants') && !isNobody(name)).map(sampleOf)
    },
    { title: 'groups/', samples: (await list('groups')).filter(isGroup).map(sampleOf) },
    ...[1, 0.8, 0.65, 0.5, 0.4, 0.3, 0.25, 0.2].map((ratio) => ({
      title: `two portraits, ${ratio} times as high`,
      samples: Array.from({ length: PAIRS }, () => pairOf(pick(), pick(), ratio))
    })),
    { title: 'nobody', samples: [...await list('none'), ...hard.filter(isNobody)].map(sampleOf) },
    {
      title: 'pieces of photos of nobody',
      samples: [2, 3].flatMap((grid) => empty.flatMap((photo) => piecesOf(photo, grid)))
    },
    {
      title: 'portraits with the face painted over',
      samples: portraits.filter((_, i) => i % PAINTED_EVERY === 0).map(withoutFace)
    }
  ]
}

const config = loadConfig(readEnvironment())
const tools = await openTools()

async function register ({ name, bytes }: Sample): Promise<Outcome> {
  const photo = await bytes()
  const startedAt = performance.now()
  const outcome = (refusal: string | null, box: Box | null = null, faults: string[] = []): Outcome =>
    ({ name, refusal, faults, box, ms: performance.now() - startedAt })
  try {
    const { found } = await examineForEnrolment(tools, photo, config.MAX_IMAGE_PIXELS)
    if (!found) return outcome('NO_FACE')
    const { face: { box }, alone, quality } = found
    if (!alone) return outcome('MULTIPLE_FACES', box)
    const faults = Object.entries(quality)
      .flatMap(([measure, value]) => value < config.FACE_QUALITY_THRESHOLD ? [measure] : [])
    try {
      checkQuality(found, config.FACE_QUALITY_THRESHOLD)
      return outcome(null, box)
    } catch (err) {
      if (err instanceof FaceError) return outcome(err.code, box, faults)
      throw err
    }
  } catch (err) {
    if (err instanceof PhotoError) return outcome(err.code)
    throw err
  }
}

async function recognitionMs (samples: Sample[]): Promise<number[]> {
  const times: number[] = []
  for (const { bytes } of samples) {
    const photo = await bytes()
    const startedAt = performance.now()
    await identify(tools, photo, config.MAX_IMAGE_PIXELS)
    times.push(performance.now() - startedAt)
  }
  return times
}

const quantile = (values: number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor(share * (values.length - 1))]!

const isInMiddle = ({ left, top, width, height }: Box): boolean =>
  Math.hypot(left + width / 2 - PHOTO_SIDE / 2, top + height / 2 - PHOTO_SIDE / 2) <= MIDDLE * PHOTO_SIDE

const isVerbose = process.argv.includes('--list')
const rows: string[][] = []
for (const { title, samples, isMiddle } of await readSets()) {
  const outcomes: Outcome[] = []
  for (const sample of samples) outcomes.push(await register(sample))
  const times = outcomes.map(({ ms }) => ms)
  const count = (code: string | null): number => outcomes.filter(({ refusal }) => refusal === code).length
  const faults = outcomes.flatMap((outcome) => outcome.faults)
  rows.push([
    title, samples.length, count(null), count('NO_FACE'), count('MULTIPLE_FACES'), count('LOW_QUALITY'),
    isMiddle ? outcomes.filter(({ box }) => box && !isInMiddle(box)).length : '–',
    ...[quantile(times, 0.5), quantile(times, 0.95), quantile(await recognitionMs(samples.slice(0, 50)), 0.5)]
      .map((ms) => ms.toFixed(0))
  ].map(String))
  const faulty = [...new Set(faults)].map((fault) => `${fault} ${faults.filter((one) => one === fault).length}`)
  process.stderr.write(`${rows.at(-1)!.join(' | ')}; ${faulty.join(', ')}\n`)
  if (isVerbose) for (const { ms, ...outcome } of outcomes) process.stderr.write(`  ${JSON.stringify(outcome)}\n`)
}
const HEAD = [
  'photos', 'number', 'accepted', '`NO_FACE`', '`MULTIPLE_FACES`', '`LOW_QUALITY`', 'not the one in the middle',
  'ms', 'ms, 95 %', 'recognition, ms'
]
process.stdout.write(`Pairs drawn with seed ${SEED}.\n\n${markdown(HEAD, rows)}`)
