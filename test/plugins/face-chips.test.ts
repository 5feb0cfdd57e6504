import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { startApp } from '../helper.ts'
import { portraits } from '../photos.ts'

const ADMIN_KEY = 'a key of sixteen!'.replaceAll(' ', '-')
const headers = { authorization: `Bearer ${ADMIN_KEY}` }

interface Exported { record: { encodings: Array<{ face?: string, sealed_chip?: string }> } }

test('the face of a registration is kept where that is wanted, comes with the export of the person, and is deleted ' +
  'with them', async (t) => {
  const FACE_DATA_KEY = Buffer.alloc(32, 7).toString('base64')
  const payload = await portraits.anna()
  for (const KEEP_FACE_CHIPS of ['true', 'false']) {
    const app = await startApp(t, { ADMIN_KEY, FACE_DATA_KEY, KEEP_FACE_CHIPS })
    const registered = await app.inject({
      method: 'POST', url: '/register-face?user_id=Anna', headers: { ...headers, 'content-type': 'image/jpeg' }, payload
    })
    assert.equal(registered.statusCode, 200)
    const exported = await app.inject({ url: '/users/Anna/export', headers })
    const { face, sealed_chip: sealed } = exported.json<Exported>().record.encodings[0]!
    assert.equal(sealed, undefined)
    if (KEEP_FACE_CHIPS === 'true') {
      const { format, width, height } = await sharp(Buffer.from(face!, 'base64')).metadata()
      assert.equal(format, 'jpeg')
      assert.ok(Math.min(width, height) > 100)
    } else {
      assert.equal(face, undefined)
    }
    await app.inject({ method: 'DELETE', url: '/face/Anna', headers })
    assert.equal((await app.inject({ url: '/users/Anna/export', headers })).statusCode, 404)
  }
})
