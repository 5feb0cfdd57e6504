import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import sharp from 'sharp'
import { ERRORS, type ErrorCode } from '../../src/errors.ts'
import { userKeyOf } from '../../src/store/folder/layout.ts'
import { ADMIN_KEY, temporaryFolder } from '../helper.ts'
import { labelled, labelledFolder, portraits, WITHOUT_FACES } from '../photos.ts'
import { logOf, startServer, type ServerProcess } from '../process/server-process.ts'
import { filesIn } from '../store/helper.ts'
import { createRandom } from '../support/seeded.ts'
import { createRequest, encodeRequest, type Material } from './mutations.ts'
import { exchange, type Answer } from './raw-http.ts'

/** What may be answered only because there is too much to do. */
const BUSY: readonly string[] = ['OVERLOADED', 'INFERENCE_TIMEOUT']
const PHOTO_BYTES_MAX = 400_000
const BODY_BYTES_MAX = '1000000'
/** For the end of what never ends, and for an answer that must come. */
const BROKEN_SILENT_MS = 300
const SILENT_MS = 30_000
/** So many connections at once, and between two looks at how the server is. */
const CONNECTIONS = 6
const REQUESTS_BETWEEN_LOOKS = 60
/** Beyond what the server took after as many requests. */
const WARM_REQUESTS = 300
const GROWTH_MIB_MAX = 400

export interface FuzzOptions {
  seed: number
  /** Called before each request with the number of those made; false ends the run. */
  goesOn: (requests: number) => boolean
}

async function loadMaterial (): Promise<Material & { good: Buffer }> {
  const good = await sharp(await portraits.anna()).resize(300).jpeg().toBuffer()
  const image = sharp(good)
  const formats = await Promise.all([
    image.clone().png({ palette: true }), image.clone().webp(), image.clone().avif({ effort: 0 }), image.clone().gif(),
    image.clone().jpeg({ progressive: true }), image.clone().tiff(), image.clone().resize(41).jpeg()
  ].map((one) => one.toBuffer()))
  const photos: Buffer[] = [good]
  if (WITHOUT_FACES === false) {
    for (const file of [...await labelledFolder('hard/corpus'), ...await labelledFolder('hard/synthetic')]) {
      const bytes = await labelled(file)
      if (bytes.length < PHOTO_BYTES_MAX) photos.push(bytes)
    }
  }
  return { good, photos, formats }
}

async function memoryMiB ({ child }: ServerProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
}

/** Fails unless the answer is a success, or a refusal in the shape that every refusal has. */
function checkAnswer ({ status = 0, body }: Answer): { success: boolean, code: string | undefined } {
  if (status === 204) return { success: true, code: undefined }
  const text = body.toString()
  assert.ok(status !== 200 || !text.startsWith('<'), text)
  const answer = JSON.parse(text) as { success?: boolean, message?: unknown, code?: ErrorCode }
  if (status === 200) return { success: answer.success === true, code: undefined }
  const { success, message, code } = answer
  assert.equal(success, false, text)
  assert.ok(typeof message === 'string' && message !== '', text)
  assert.ok(code !== undefined && code in ERRORS, text)
  // Node itself has a status of its own for headers that are too large, and so on.
  assert.ok(status === ERRORS[code][0] || code === 'INVALID_REQUEST', text)
  assert.ok(status >= 400 && (status < 500 || BUSY.includes(code)), `${status} ${text}`)
  return { success, code }
}

/**
 * Sends requests that are made of right ones by chance to a server of its own, and checks after each that the answer is
 * an understandable one, and now and then that the server recognises a good photo, holds no more memory, and has stored
 * nothing but what it acknowledged. Returns how often each answer came.
 */
export async function fuzz (t: TestContext, { seed, goesOn }: FuzzOptions): Promise<Map<string, number>> {
  const material = await loadMaterial()
  const dir = await temporaryFolder(t)
  const server = await startServer(t, {
    ADMIN_KEY,
    FACE_DATA_DIR: dir,
    RATE_LIMIT_MAX: '10000000',
    MAX_IMAGE_BYTES: BODY_BYTES_MAX,
    FACE_QUALITY_THRESHOLD: '0',
    // The good photo is registered for many users.
    DUPLICATE_TOLERANCE: '0',
    AMBIGUITY_MARGIN: '0'
  })
  const port = Number(new URL(server.url).port)
  const answers = new Map<string, number>()
  /** Users whose registration was acknowledged; or may have been, as no answer came. */
  const [stored, uncertain] = [new Set(['good']), new Set<string>()]
  let requests = 0
  let warmMiB = Infinity

  async function one (number: number): Promise<void> {
    // Each has its own chance, so that it is the same whatever the others do meanwhile.
    const random = createRandom(seed * 1_000_003 + number)
    const userId = `u${number}`
    const request = createRequest(random, material, userId, ADMIN_KEY)
    const { parts, isBroken } = encodeRequest(random, request)
    const context =
      `request ${number} of seed ${seed}: ${request.method} ${request.path.slice(0, 100)}, ${request.what}`
    try {
      const answer = await exchange(port, parts, isBroken ? BROKEN_SILENT_MS : SILENT_MS)
      if (answer.status === undefined) {
        assert.ok(isBroken, `${answer.end} without an answer`)
        assert.equal(answer.body.length, 0, 'half an answer')
        uncertain.add(userId)
        answers.set(answer.end, (answers.get(answer.end) ?? 0) + 1)
        return
      }
      const { success, code = String(answer.status) } = checkAnswer(answer)
      answers.set(code, (answers.get(code) ?? 0) + 1)
      if (success && request.path.startsWith('/register-face')) {
        stored.add(String((JSON.parse(answer.body.toString()) as { user_id: unknown }).user_id))
      }
    } catch (err) {
      throw new Error(`${context}: ${err instanceof Error ? err.message : String(err)}`, { cause: err })
    }
  }

  async function look (): Promise<void> {
    assert.equal((await fetch(`${server.url}/health`)).status, 200)
    const found = await fetch(`${server.url}/recognize`, {
      method: 'POST', body: new Uint8Array(material.good), headers: { 'content-type': 'image/jpeg' }
    })
    const answer = await found.json() as { success: boolean, code?: string }
    assert.ok(answer.success || BUSY.includes(answer.code ?? ''), JSON.stringify(answer))
    if (requests < WARM_REQUESTS) return
    const nowMiB = await memoryMiB(server)
    if (warmMiB === Infinity) warmMiB = nowMiB
    assert.ok(
      nowMiB < warmMiB + GROWTH_MIB_MAX,
      `${nowMiB.toFixed(0)} MiB after ${requests} requests, ${warmMiB.toFixed(0)} before`
    )
  }

  const registered = await fetch(`${server.url}/register-face?user_id=good`, {
    method: 'POST', body: new Uint8Array(material.good), headers: { 'content-type': 'image/jpeg' }
  })
  assert.equal(registered.status, 200, await registered.text())
  while (goesOn(requests)) {
    const first = requests
    requests += REQUESTS_BETWEEN_LOOKS
    let next = first
    await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
      while (next < requests) await one(next++)
    }))
    await look()
  }

  await checkStored()
  assert.equal(server.child.exitCode, null)
  const log = logOf(server).filter(({ msg }) => /replaced|lost|after an error/.test(msg))
  assert.deepEqual(log, [])
  return answers

  /** What was cut off may still be under way: what is there in the end must have been asked for. */
  async function checkStored (): Promise<void> {
    const files = (await filesIn(join(dir, 'users'))).map((file) => userKeyOf(file.split('/').at(-1) ?? ''))
    for (const user of files) {
      assert.ok(user !== null && (stored.has(user) || uncertain.has(user)), `${user} was stored`)
    }
    for (const user of stored) assert.ok(files.includes(user), `${user} was not stored`)
  }
}
