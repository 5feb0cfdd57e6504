import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaceError } from '../../src/errors.ts'
import { measureStore } from '../../src/store/create-store.ts'
import { faultyFileSystem } from './faulty-file-system.ts'
import { adding, openStore, seedsOf, temporaryFolder } from './helper.ts'

test('every operation of a store is reported with what came of it and how long it took', async (t) => {
  let full = false
  const { fs } = faultyFileSystem((call) => full && call === 'file.writeFile' ? 'ENOSPC' : undefined)
  const { store: inner } = await openStore(t, { dir: await temporaryFolder(t), fs })
  const done: string[] = []
  const store = measureStore(inner, (operation, outcome, ms) => {
    assert.ok(ms >= 0)
    done.push(`${operation} ${outcome}`)
  })

  await store.open()
  await store.update('anna', adding('anna', 1))
  assert.deepEqual(seedsOf(await store.get('anna')), [1])
  await assert.rejects(store.update('anna', () => { throw new FaceError('FACE_MISMATCH') }), { code: 'FACE_MISMATCH' })
  full = true
  await assert.rejects(store.update('anna', adding('anna', 2)), { code: 'STORE_FULL' })
  await assert.rejects(store.update('anna', () => { throw new TypeError('a bug') }), TypeError)
  assert.deepEqual(done, [
    'open ok', 'update ok', 'get ok', 'update FACE_MISMATCH', 'update STORE_FULL', 'update INTERNAL_ERROR'
  ])
})
