import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { multipart } from '../form.ts'
import { ADMIN_KEY, asAdmin, startApp } from '../helper.ts'
import { groupPhoto, noFace, portraits, scene } from '../photos.ts'

interface Candidate { user_id: unknown, distance: number, confidence: number }
interface Face {
  box: { left: number, width: number }
  recognized: boolean
  user_id: unknown
  confidence: number
  distance?: number
  code?: string
  candidates?: Candidate[]
}
interface Frame { success: true, width: number, height: number, recognized_at: string, faces: Face[] }

async function call<Body = Frame> (app: FastifyInstance, request: InjectOptions): Promise<Body> {
  const response = await app.inject(asAdmin(request))
  assert.equal(response.statusCode, 200, response.body)
  return response.json<Body>()
}

async function withAnnaAndBella (app: FastifyInstance): Promise<void> {
  for (const [userId, photo] of [['1', await portraits.anna()], ['bella', await portraits.bella()]] as const) {
    await call(app, multipart('/register-face', { user_id: userId, photo }))
  }
}

test('everybody in a frame is named, a stranger is not, and nobody is named twice', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  await withAnnaAndBella(app)
  const people = [
    { portrait: await portraits.clara(), faceWidth: 120, x: 120, y: 240 },
    { portrait: await portraits.annaAgain(), faceWidth: 110, x: 320, y: 240 },
    { portrait: await portraits.bella(), faceWidth: 100, x: 520, y: 240 }
  ]
  const frame = await call(app, multipart('/recognize?faces=all&top_k=5', { photo: await scene(...people) }))
  assert.deepEqual([frame.success, frame.width, frame.height], [true, 640, 480])
  const fromLeft = frame.faces.toSorted((one, other) => one.box.left - other.box.left)
  assert.deepEqual(fromLeft.map((face) => [face.recognized, face.user_id]), [
    [false, 'unknown'], [true, 1], [true, 'bella']
  ])
  for (const { recognized, confidence, distance, candidates } of fromLeft) {
    assert.equal(recognized, distance !== undefined)
    assert.ok(recognized ? Math.abs(confidence + distance! - 1) < 1e-9 : confidence === 0)
    assert.equal(candidates?.length, 2)
    assert.ok(candidates[0]!.distance <= candidates[1]!.distance)
    if (recognized) assert.equal(candidates[0]!.distance, distance)
  }
  const twice = [people[1]!, { ...people[1]!, faceWidth: 130, x: 130 }]
  const { faces } = await call(app, multipart('/recognize?faces=all', { photo: await scene(...twice) }))
  assert.deepEqual(faces.map((face) => face.user_id).sort(), [1, 'unknown'])
  assert.ok(faces.every((face) => face.candidates === undefined))

  const metrics = (await app.inject('/metrics')).body
  for (const line of [
    'face_faces_named_total{outcome="recognized"} 3', 'face_faces_named_total{outcome="unknown"} 2',
    'face_faces_found_count 2', 'face_recognition_confidence_count 3'
  ]) assert.ok(metrics.includes(`${line}\n`), line)
})

test('as many faces as are wanted, and none in a photo without faces', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const { faces } = await call(app, multipart('/recognize?faces=all&max_faces=2', { photo: await groupPhoto(3) }))
  assert.equal(faces.length, 2)
  assert.deepEqual((await call(app, multipart('/recognize?faces=all', { photo: await noFace() }))).faces, [])
})

test('the nearest users of a single face are told with top_k', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  await withAnnaAndBella(app)
  type Single = Face & { success: boolean }
  const send = (query: string, photo: Buffer): Promise<Single> => call(app, multipart(`/recognize${query}`, { photo }))
  const [again, clara] = [await portraits.annaAgain(), await portraits.clara()]
  const named = await send('?top_k=1', again)
  assert.deepEqual(named.candidates, [{ user_id: 1, distance: named.distance, confidence: named.confidence }])
  const stranger = await send('?top_k=20', clara)
  assert.equal(stranger.success, false)
  assert.equal(stranger.candidates?.length, 2)
  assert.deepEqual(new Set(stranger.candidates.map((one) => one.user_id)), new Set([1, 'bella']))
  assert.deepEqual(Object.keys(await send('', clara)), ['success', 'message', 'user_id', 'confidence'])
})

test('all faces and candidates are told to nobody without a key, before the photo is read', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const photo = await noFace()
  for (const query of ['?faces=all', '?top_k=2']) {
    const response = await app.inject(multipart(`/recognize${query}`, { photo }))
    assert.deepEqual([response.statusCode, response.json<{ code: string }>().code], [401, 'UNAUTHORIZED'])
  }
  for (const query of ['?faces=some', '?top_k=0', '?top_k=21', '?faces=all&max_faces=33']) {
    const response = await app.inject(asAdmin(multipart(`/recognize${query}`, { photo })))
    assert.deepEqual([response.statusCode, response.json<{ code: string }>().code], [400, 'INVALID_REQUEST'], query)
  }
})
