import assert from 'node:assert/strict'
import { createDecipheriv, createHash } from 'node:crypto'
import { test } from 'node:test'
import { DamagedRecordError } from '../../src/store/record/errors.ts'
import { parseDataKeys, seal, sealedWith, unseal } from '../../src/store/record/seal.ts'
import { createRecordCodec, encodeRecord, RECORD_BYTES_MAX } from '../../src/store/record/codec.ts'
import { createRandom, seeded } from '../support/seeded.ts'
import { keyText, newKeys, record } from './helper.ts'

const [KEY, OTHER] = newKeys(2) as [ReturnType<typeof newKeys>[0], ReturnType<typeof newKeys>[0]]
const CONTENT = createRandom(1).bytes(2000)

function damageOf (read: () => unknown): string {
  try {
    read()
  } catch (err) {
    assert.ok(err instanceof DamagedRecordError, String(err))
    return err.message
  }
  return assert.fail('read')
}

test('a sealed file can be read with nothing but docs/storage.md, the key and the user id', () => {
  const text = keyText()
  const file = seal('anna', CONTENT, parseDataKeys(text)[0]!)
  const [sumLine, keyLine] = file.toString('latin1').split('\n', 2) as [string, string]
  const body = file.subarray(sumLine.length + 1)
  assert.equal(sumLine, `FACE2 sha256=${createHash('sha256').update(body).digest('hex')}`)
  const secret = Buffer.from(text, 'base64')
  assert.equal(keyLine, `aes-256-gcm key=${createHash('sha256').update(secret).digest('hex').slice(0, 16)}`)
  const sealed = body.subarray(keyLine.length + 1)
  const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, 12)).setAAD(Buffer.from('anna'))
    .setAuthTag(sealed.subarray(-16))
  assert.deepEqual(Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]), CONTENT)
})

test('whichever key sealed a file opens it, and the first one seals', () => {
  const user = record('anna', 1, 2)
  const before = createRecordCodec([OTHER]).encode('anna', user)
  const both = createRecordCodec([KEY, OTHER])
  assert.deepEqual(both.decode('anna', before.bytes), { record: user, sum: before.sum, keyId: OTHER.id })
  const after = both.encode('anna', user)
  assert.deepEqual([after.keyId, sealedWith(after.bytes)], [KEY.id, KEY.id])
  assert.equal(after.sum, before.sum)
  assert.throws(() => createRecordCodec([OTHER]).decode('anna', after.bytes), {
    name: 'UnknownKeyError', keyId: KEY.id
  })
  assert.throws(() => createRecordCodec([]).decode('anna', after.bytes), { name: 'UnknownKeyError', keyId: KEY.id })
})

test('a file that was written without a key is read with one', () => {
  const user = record('anna', 1)
  const { bytes, sum } = encodeRecord('anna', user)
  assert.deepEqual(createRecordCodec([KEY]).decode('anna', bytes), { record: user, sum, keyId: null })
})

test('the same content is never sealed twice in the same way', () => {
  const nonces = new Set(Array.from({ length: 1000 }, () => seal('anna', CONTENT, KEY).toString('hex', 111, 123)))
  assert.equal(nonces.size, 1000)
})

test('a file that was sealed for another user is damaged, whoever it is given to', () => {
  const file = seal('anna', CONTENT, KEY)
  for (const user of ['Anna', 'ann', 'annaa', '']) {
    assert.equal(damageOf(() => unseal(user, file, [KEY])), 'not sealed for this user')
  }
})

test('a sealed file with any one byte changed, or cut short anywhere, is damaged, with its key and without', (t) => {
  const random = seeded(t)
  const file = seal('anna', CONTENT.subarray(0, 300), KEY)
  for (const keys of [[KEY], [OTHER], []]) {
    for (let index = 0; index < file.length; index++) {
      const copy = Buffer.from(file)
      copy[index] = (copy[index] ?? 0) ^ (1 + random.below(255))
      // Another digit of the version is another version's.
      if (/^FACE\d /.test(copy.toString('latin1')) && index === 'FACE'.length) continue
      damageOf(() => createRecordCodec(keys).decode('anna', copy))
      damageOf(() => createRecordCodec(keys).decode('anna', file.subarray(0, index)))
    }
  }
})

test('a forged file is damaged, whatever its checksum says', () => {
  const file = seal('anna', CONTENT, KEY)
  const resealed = (body: Buffer): Buffer =>
    Buffer.concat([Buffer.from(`FACE2 sha256=${createHash('sha256').update(body).digest('hex')}\n`), body])
  const body = file.subarray(file.indexOf('\n') + 1)
  const head = body.indexOf('\n') + 1
  for (const index of [head, head + 11, head + 12, body.length - 17, body.length - 16, body.length - 1]) {
    const forged = Buffer.from(body)
    forged[index] = (forged[index] ?? 0) ^ 1
    assert.equal(damageOf(() => unseal('anna', resealed(forged), [KEY])), 'not sealed for this user')
  }
  for (const length of [head, head + 5, head + 12, head + 20]) {
    assert.equal(damageOf(() => unseal('anna', resealed(body.subarray(0, length)), [KEY])), 'not sealed for this user')
  }
})

test('what is sealed is no larger than what is read', () => {
  const user = record('anna', ...Array.from({ length: 1000 }, (_, seed) => seed))
  for (const encoding of user.encodings) encoding.model = 'm'.repeat(200)
  const { bytes } = createRecordCodec([KEY]).encode('anna', user)
  assert.ok(bytes.length <= RECORD_BYTES_MAX)
})
