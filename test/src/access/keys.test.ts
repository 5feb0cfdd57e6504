import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createAddressCheck, isAddressRange } from '../../../src/access/addresses.ts'
import { parseKeyText } from '../../../src/access/key-text.ts'
import { createKeys, OVERLAP_MS_MAX, type Keys } from '../../../src/access/keys.ts'
import { createFolderDocuments } from '../../../src/store/documents/folder-documents.ts'
import type { DocumentStore } from '../../../src/store/documents/document-store.ts'
import { eventually, temporaryFolder } from '../../helper.ts'

const ADDRESS = '192.168.7.20'

/** Keys in a folder, with a clock that a test sets. */
async function openKeys (t: TestContext, dir?: string): Promise<{
  keys: Keys, documents: DocumentStore, dir: string, clock: { ms: number }
}> {
  const folder = dir ?? await temporaryFolder(t)
  const documents = createFolderDocuments({ dir: folder })
  const clock = { ms: Date.parse('2026-11-26T12:00:00.000Z') }
  const keys = createKeys(documents, () => clock.ms)
  t.after(() => documents.close())
  await documents.open()
  return { keys, documents, dir: folder, clock }
}

test('a key has an id and 256 random bits, finds its caller, and its secret is stored nowhere', async (t) => {
  const { keys, dir } = await openKeys(t)
  assert.equal(keys.exist(), false)
  const { key, info } = await keys.create({ name: 'front door', role: 'kiosk', groups: ['day'] })
  assert.match(key, /^frs_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/)
  const { id, secret } = parseKeyText(key)!
  assert.equal(Buffer.from(secret, 'base64url').length, 32)
  assert.equal(id, info.id)
  assert.deepEqual(keys.find(key, ADDRESS), { id, name: 'front door', role: 'kiosk', groups: ['day'], via: 'key' })
  assert.equal(keys.exist(), true)
  const stored = await readFile(join(dir, 'documents', 'keys', `${id}.face`), 'utf8')
  assert.ok(stored.includes('front door') && !stored.includes(secret))
  assert.ok(!JSON.stringify(keys.list()).includes(secret) && !JSON.stringify(keys.list()).includes('sha256'))
})

test('what is not exactly a key finds nobody', async (t) => {
  const { keys } = await openKeys(t)
  const { key } = await keys.create({ name: 'a', role: 'admin' })
  const { key: other } = await keys.create({ name: 'b', role: 'kiosk' })
  const [id, otherId] = [key.slice(0, 17), other.slice(0, 17)]
  const flipped = key.slice(0, -2) + (key.at(-2) === 'A' ? 'B' : 'A') + key.at(-1)
  for (const wrong of [
    '', 'frs_', id, `${id}_`, key.slice(0, -1), `${key}A`, ` ${key}`, key.toUpperCase(), flipped,
    other.replace(otherId, id), `frs_000000000000_${key.slice(18)}`, key.replaceAll('_', '-')
  ]) assert.equal(keys.find(wrong, ADDRESS), undefined, wrong)
  assert.equal(keys.find(key, ADDRESS)?.role, 'admin')
})

test('a key is valid until the moment it expires, and not from then on', async (t) => {
  const { keys, clock } = await openKeys(t)
  const { key } = await keys.create({ name: 'a', role: 'kiosk', expiresAt: new Date(clock.ms + 1000) })
  clock.ms += 999
  assert.ok(keys.find(key, ADDRESS))
  clock.ms++
  assert.equal(keys.find(key, ADDRESS), undefined)
  assert.equal(keys.exist(), true)
  await assert.rejects(
    keys.create({ name: 'b', role: 'kiosk', expiresAt: new Date(clock.ms) }), { code: 'INVALID_REQUEST' }
  )
})

test('after a rotation both secrets are valid until the stated moment, then the new one alone', async (t) => {
  const { keys, clock } = await openKeys(t)
  const { key: first, info } = await keys.create({ name: 'a', role: 'kiosk' })
  const { key: second } = await keys.rotate(info.id, new Date(clock.ms + 5000))
  assert.equal(parseKeyText(second)?.id, info.id)
  assert.notEqual(second, first)
  clock.ms += 4999
  for (const key of [first, second]) assert.equal(keys.find(key, ADDRESS)?.id, info.id)
  clock.ms++
  assert.equal(keys.find(first, ADDRESS), undefined)
  assert.ok(keys.find(second, ADDRESS))
  // At once, and never for longer than the maximum.
  const { key: third } = await keys.rotate(info.id, new Date(clock.ms))
  assert.equal(keys.find(second, ADDRESS), undefined)
  assert.ok(keys.find(third, ADDRESS))
  await assert.rejects(keys.rotate(info.id, new Date(clock.ms + OVERLAP_MS_MAX + 1)), { code: 'INVALID_REQUEST' })
  await assert.rejects(keys.rotate('0123456789ab', new Date(clock.ms)), { code: 'KEY_NOT_FOUND' })
})

test('a revoked key is valid nowhere, with both its secrets, stays listed for 90 days, and the ' +
  'server stays closed', async (t) => {
  const { keys, dir, clock } = await openKeys(t)
  const { keys: elsewhere } = await openKeys(t, dir)
  const { key, info } = await keys.create({ name: 'a', role: 'admin' })
  const { key: rotated } = await keys.rotate(info.id, new Date(clock.ms + 60_000))
  await eventually(() => elsewhere.find(rotated, ADDRESS))
  await keys.revoke(info.id)
  for (const each of [key, rotated]) assert.equal(keys.find(each, ADDRESS), undefined)
  await eventually(() => elsewhere.find(rotated, ADDRESS) === undefined)
  assert.equal(elsewhere.find(key, ADDRESS), undefined)
  assert.equal(keys.list()[0]?.revokedAt, '2026-11-26T12:00:00.000Z')
  await assert.rejects(keys.revoke(info.id), { code: 'KEY_NOT_FOUND' })
  await assert.rejects(keys.rotate(info.id, new Date(clock.ms)), { code: 'KEY_NOT_FOUND' })
  const { keys: later } = await openKeys(t, dir)
  assert.equal(later.exist(), true)
  clock.ms += 91 * 86_400_000
  await keys.create({ name: 'b', role: 'kiosk' })
  assert.deepEqual(keys.list().map(({ name }) => name), ['b'])
})

test('a damaged, unknown or vanished key file never opens the server, and is no key', async (t) => {
  const { keys, dir } = await openKeys(t)
  const { key, info } = await keys.create({ name: 'a', role: 'admin' })
  const file = join(dir, 'documents', 'keys', `${info.id}.face`)
  const intact = await readFile(file)
  await writeFile(file, intact.subarray(0, 100))
  const { keys: damaged } = await openKeys(t, dir)
  assert.deepEqual([damaged.exist(), damaged.find(key, ADDRESS)], [true, undefined])
  await writeFile(file, intact)
  await eventually(() => damaged.find(key, ADDRESS))
  await rm(join(dir, 'documents'), { recursive: true })
  await eventually(() => damaged.find(key, ADDRESS) === undefined)
  assert.equal(damaged.exist(), true)
})

test('a document that a newer version made is a key that nobody can use', async (t) => {
  const { keys, documents } = await openKeys(t)
  const { key, info } = await keys.create({ name: 'a', role: 'kiosk' })
  await documents.update('keys', info.id, (present) => ({ ...present, role: 'archangel' }))
  assert.equal(keys.find(key, ADDRESS), undefined)
  await documents.update('keys', info.id, (present) => ({ ...present, role: 'kiosk', colour: 'blue' }))
  assert.ok(keys.find(key, ADDRESS))
  await keys.revoke(info.id)
  assert.equal(documents.get('keys', info.id)?.['colour'], 'blue')
})

test('a key that is bound to addresses is valid from there alone', async (t) => {
  const { keys } = await openKeys(t)
  const { key } = await keys.create({
    name: 'a', role: 'kiosk', addresses: ['192.168.7.0/24', '10.0.0.5', '2001:db8::/32']
  })
  for (const [address, isValid] of [
    ['192.168.7.0', true], ['192.168.7.255', true], ['192.168.8.0', false], ['192.168.6.255', false],
    ['::ffff:192.168.7.20', true], ['::ffff:192.168.8.20', false], ['10.0.0.5', true], ['10.0.0.6', false],
    ['2001:db8:ffff::1', true], ['2001:db9::1', false], ['127.0.0.1', false], ['::1', false], ['', false]
  ] as const) assert.equal(keys.find(key, address) !== undefined, isValid, address)
  await assert.rejects(
    keys.create({ name: 'b', role: 'kiosk', addresses: ['10.0.0.0/33'] }), { code: 'INVALID_REQUEST' }
  )
  for (const text of ['1.2.3.4', '1.2.3.4/0', '1.2.3.4/32', '::/0', '::1/128', 'fe80::1']) {
    assert.ok(isAddressRange(text), text)
    createAddressCheck([text])
  }
  for (const text of ['', '1.2.3', '1.2.3.4/', '1.2.3.4/33', '1.2.3.4/-1', '::/129', '1.2.3.4/24/24', 'host', '1/8']) {
    assert.equal(isAddressRange(text), false, text)
  }
})

test('only kiosks can be limited to groups', async (t) => {
  const { keys } = await openKeys(t)
  for (const role of ['admin', 'enroller', 'monitor'] as const) {
    await assert.rejects(keys.create({ name: 'a', role, groups: ['day'] }), { code: 'INVALID_REQUEST' })
  }
  await keys.create({ name: 'a', role: 'kiosk', groups: ['day'] })
})

test('the last use is stored, at most once a minute, and never of a key that was revoked', async (t) => {
  const { keys, clock, documents } = await openKeys(t)
  const { key, info } = await keys.create({ name: 'a', role: 'kiosk' })
  let changes = 0
  documents.onChange(() => { changes++ })
  const lastUsed = (): string | undefined => keys.list()[0]?.lastUsedAt
  await keys.storeUses()
  assert.deepEqual([lastUsed(), changes], [undefined, 0])
  keys.find(key, ADDRESS)
  await keys.storeUses()
  assert.deepEqual([lastUsed(), changes], ['2026-11-26T12:00:00.000Z', 1])
  clock.ms += 59_999
  keys.find(key, ADDRESS)
  await keys.storeUses()
  assert.equal(changes, 1)
  clock.ms++
  keys.find(key, ADDRESS)
  await keys.storeUses()
  assert.deepEqual([lastUsed(), changes], ['2026-11-26T12:01:00.000Z', 2])
  clock.ms += 60_000
  keys.find(key, ADDRESS)
  await keys.revoke(info.id)
  await keys.storeUses()
  assert.equal(lastUsed(), '2026-11-26T12:01:00.000Z')
})
