import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { dataFolder } from '../../src/store/folder/layout.ts'
import { eventually, startApp, temporaryFolder } from '../helper.ts'
import { dataUri, noFace, portraits } from '../photos.ts'

/** Every sample of the text format, by its name with labels. */
async function scrape (app: FastifyInstance): Promise<Map<string, number>> {
  const { statusCode, headers, body } = await app.inject('/metrics')
  assert.equal(statusCode, 200)
  assert.match(String(headers['content-type']), /^text\/plain/)
  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(samples.map((line) => {
    const space = line.lastIndexOf(' ')
    return [line.slice(0, space), Number(line.slice(space + 1))]
  }))
}

test('the metrics count what happened, and name nobody', async (t) => {
  const app = await startApp(t)
  const post = (url: string, payload: object): Promise<unknown> => app.inject({ method: 'POST', url, payload })
  const anna = dataUri(await portraits.anna())
  await post('/recognize', { photo: anna })
  await post('/register-face', { user_id: 'secret-person', photo: anna })
  await post('/recognize', { photo: anna })
  await post('/recognize', { photo: dataUri(await noFace()) })
  await post('/recognize', { photo: 'x' })
  await app.inject('/status/secret-person')
  await app.inject({ method: 'DELETE', url: '/face/secret-person' })
  await app.inject('/nowhere/secret-person')
  await app.inject('/status/%zz')
  await app.inject('/docs/json')

  const metrics = await scrape(app)
  const requests = (route: string, outcome: string): number | undefined =>
    metrics.get(`face_http_request_seconds_count{route="${route}",outcome="${outcome}"}`)
  assert.equal(requests('/recognize', 'unknown'), 1)
  assert.equal(requests('/recognize', 'recognized'), 1)
  assert.equal(requests('/recognize', 'NO_FACE'), 1)
  assert.equal(requests('/recognize', 'INVALID_REQUEST'), 1)
  assert.equal(requests('/register-face', 'ok'), 1)
  assert.equal(requests('/status/:user_id', 'ok'), 1)
  assert.equal(requests('/face/:user_id', 'ok'), 1)
  assert.equal(requests('unknown', 'NOT_FOUND'), 1)
  assert.equal(requests('unknown', 'INVALID_REQUEST'), 1)
  assert.equal(requests('/docs/json', 'ok'), 1)
  assert.equal(metrics.get('face_enrolled_users'), 0)
  assert.equal(metrics.get('face_enrolled_encodings'), 0)
  assert.equal(metrics.get('face_store_connected'), 1)
  const operations = (operation: string): number | undefined =>
    metrics.get(`face_store_operation_seconds_count{operation="${operation}",outcome="ok"}`)
  // The status, and who the person is in the audit log: before and after the registration, before the deletion.
  assert.deepEqual(['open', 'get', 'update'].map(operations), [1, 1 + 3, 2])
  assert.equal(metrics.get('face_damaged_records'), 0)
  assert.equal(metrics.get('face_threads_replaced_total'), 0)
  assert.equal(metrics.get('face_threads'), 1)
  assert.equal(metrics.get('face_threads_busy'), 0)
  assert.equal(metrics.get('face_photos_waiting'), 0)
  assert.equal(metrics.get('face_photo_wait_seconds_count'), 4)
  assert.equal(metrics.get('face_photo_stage_seconds_count{stage="decode"}'), 4)
  assert.equal(metrics.get('face_photo_stage_seconds_count{stage="encode"}'), 3)
  assert.equal(metrics.get('face_recognition_confidence_count'), 1)
  assert.equal(metrics.get('face_registration_quality_count'), 1)
  assert.equal(
    metrics.get(`face_build_info{version="${(await app.inject('/health')).json<{ version: string }>().version}"}`), 1
  )
  assert.ok(metrics.has('process_cpu_seconds_total') && metrics.has('nodejs_eventloop_lag_seconds'))
  assert.ok([...metrics.keys()].every((name) => !name.includes('secret')))
})

test('while photos wait, the queue and the busy threads show it', async (t) => {
  const app = await startApp(t)
  const photo = await portraits.anna()
  const answers = Array.from(
    { length: 12 },
    () => app.inject({ method: 'POST', url: '/recognize', payload: photo, headers: { 'content-type': 'image/jpeg' } })
  )
  await eventually(async () => {
    const metrics = await scrape(app)
    return metrics.get('face_threads_busy') === 1 && metrics.get('face_photos_waiting')! > 0
  })
  for (const { statusCode } of await Promise.all(answers)) assert.equal(statusCode, 200)
  const metrics = await scrape(app)
  assert.deepEqual([metrics.get('face_threads_busy'), metrics.get('face_photos_waiting')], [0, 0])
})

test('a damaged file counts in the metrics and the stats until its user is deleted', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const path = dataFolder(FACE_DATA_DIR).userPath('anna')
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, 'damage')
  const app = await startApp(t, { FACE_DATA_DIR })
  const damaged = async (): Promise<unknown[]> => {
    const { stats } =
      (await app.inject('/stats')).json<{ stats: { registered_users: number, damaged_records: number } }>()
    const metrics = await scrape(app)
    return [stats.registered_users, stats.damaged_records, metrics.get('face_damaged_records')]
  }
  assert.deepEqual(await damaged(), [0, 1, 1])
  assert.equal((await app.inject({ method: 'DELETE', url: '/face/anna' })).statusCode, 200)
  assert.deepEqual(await damaged(), [0, 0, 0])
})
