import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { concurrencyOf } from '../../commands/offline-inference.ts'
import { createProgress } from '../../commands/progress.ts'
import type { Config } from '../../src/config.ts'
import { forEachOf } from '../../src/for-each-of.ts'
import { startBenchServer, type BenchServer } from '../server.ts'
import { drawPeople, rateOf, type Rate } from './bootstrap.ts'
import type { Dataset, Photo } from './dataset.ts'
import { doorRates, shareOf, type DoorRates, type Outcome } from './door-rates.ts'

/** What the server made of a day at its door, over HTTP. */
export interface HttpDoor extends DoorRates {
  /** People who came to be enrolled, by one photo each. */
  applicants: number
  accepted: Rate
  /** The others, by the code of the refusal. */
  refused: Record<string, number>
  /** Photos of who was accepted, and of strangers. */
  searches: number
  strangers: number
  /** Photos that were answered with an error, by its code; those of enrolled people count as not named. */
  errors: Record<string, number>
  toleranceInForce: number
}

const SEED = 20_071_007

type Counts = Record<string, number>
interface Visitor { person: number, photos: Photo[] }
interface Answer { success: boolean, user_id?: unknown, code?: string }

const typeOf = (file: string): string => `image/${extname(file).slice(1).toLowerCase().replace('jpg', 'jpeg')}`

async function send ({ url }: BenchServer, path: string, { path: file }: Photo): Promise<Answer> {
  let body: Buffer
  try {
    body = await readFile(file)
  } catch (err) {
    return { success: false, code: String((err as NodeJS.ErrnoException).code) }
  }
  const response = await fetch(url + path, { method: 'POST', headers: { 'content-type': typeOf(file) }, body })
  return await response.json() as Answer
}

function countOne (counts: Counts, code = 'without a code'): void {
  counts[code] = (counts[code] ?? 0) + 1
}

/** Starts the server that was built, on this folder, for as long as `use` takes. */
async function withServer<T> (dir: string, config: Config, use: (server: BenchServer) => Promise<T>): Promise<T> {
  const { DUPLICATE_TOLERANCE, FACE_QUALITY_THRESHOLD } = config
  // The server of the speed benchmark has neither.
  const server = await startBenchServer({ dir }, {
    DUPLICATE_TOLERANCE: String(DUPLICATE_TOLERANCE), FACE_QUALITY_THRESHOLD: String(FACE_QUALITY_THRESHOLD)
  })
  try {
    return await use(server)
  } finally {
    await server.stop()
  }
}

/** Registers each by the first photo; who was accepted, and why the others were not. */
async function enrolAll (
  server: BenchServer, applicants: readonly Visitor[], lanes: number
): Promise<{ accepted: Set<number>, refused: Counts }> {
  const onProgress = createProgress(applicants.length, 'registrations', process.stderr)
  const accepted = new Set<number>()
  const refused: Counts = {}
  let done = 0
  await forEachOf(applicants, lanes, async ({ person, photos: [first] }) => {
    const { success, code } = await send(server, `/register-face?user_id=${person}`, first!)
    if (success) accepted.add(person)
    else countOne(refused, code)
    onProgress(++done)
  })
  return { accepted, refused }
}

/** Shows each photo to the server; what came of it, and which errors there were. */
async function recognizeAll (
  server: BenchServer, searches: ReadonlyArray<Pick<Outcome, 'person' | 'isEnrolled'> & { photo: Photo }>, lanes: number
): Promise<{ outcomes: Outcome[], errors: Counts }> {
  const onProgress = createProgress(searches.length, 'photos recognised', process.stderr)
  const outcomes: Outcome[] = []
  const errors: Counts = {}
  await forEachOf(searches, lanes, async ({ person, isEnrolled, photo }) => {
    const { success, user_id: userId, code } = await send(server, '/recognize', photo)
    if (!success && code !== undefined && code !== 'AMBIGUOUS') countOne(errors, code)
    outcomes.push({ person, isEnrolled, named: success ? Number(userId) : null })
    onProgress(outcomes.length)
  })
  return { outcomes, errors }
}

/**
 * Starts the server that was built, with this configuration and an empty store, and registers at most so many people by
 * their first photo, those first who have more. Then it is started again, as on the next morning, and asked for the
 * names of all other photos of who was accepted, and of everybody who never applied.
 */
export async function measureOverHttp (
  { people, photos }: Dataset, applicantsMax: number, config: Config
): Promise<HttpDoor> {
  const everybody = people.map((one, person): Visitor => (
    { person, photos: one.photos.map((photo) => photos[photo]!) }
  ))
  const [comeBack, once] = [
    everybody.filter((one) => one.photos.length > 1), everybody.filter((one) => one.photos.length === 1)
  ]
  const applicants = [...comeBack, ...once].slice(0, applicantsMax)
  const lanes = concurrencyOf(config)
  const dir = await mkdtemp(join(tmpdir(), 'face-door-'))
  try {
    const { accepted, refused } = await withServer(dir, config, (server) => enrolAll(server, applicants, lanes))
    const searches = everybody.flatMap(({ person, photos: own }) => {
      const isEnrolled = accepted.has(person)
      if (!isEnrolled && applicants.some((one) => one.person === person)) return []
      return own.slice(isEnrolled ? 1 : 0).map((photo) => ({ person, isEnrolled, photo }))
    })
    return await withServer(dir, config, async (server) => {
      const { tolerance_in_force: toleranceInForce } = await (await fetch(`${server.url}/health`)).json() as {
        tolerance_in_force: number
      }
      const { outcomes, errors } = await recognizeAll(server, searches, lanes)
      const draws = drawPeople(people.length, SEED)
      const isAccepted = ({ person }: Pick<Outcome, 'person'>): boolean => accepted.has(person)
      return {
        applicants: applicants.length,
        accepted: rateOf(shareOf(applicants, isAccepted), draws, applicants.length),
        refused,
        searches: searches.filter(isAccepted).length,
        strangers: searches.filter(({ isEnrolled }) => !isEnrolled).length,
        errors,
        toleranceInForce,
        ...doorRates(outcomes, draws)
      }
    })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
