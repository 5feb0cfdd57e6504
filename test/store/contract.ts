import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { EncodingStore, UserId, UserRecord } from '../../src/store/encoding-store.ts'
import { adding, encoding, eventually, Follower, record, seedsOf, TIME } from './helper.ts'

/** Makes stores, not yet open, that all share the same data; the data is fresh for each test and removed after it. */
export type CreateStores = (t: TestContext) => Promise<() => EncodingStore>

/** What every {@link EncodingStore} promises, as tests. */
export function storeContract (name: string, createStores: CreateStores): void {
  /** Opens a store that is closed after the test. */
  async function opened (
    t: TestContext, create: () => EncodingStore
  ): Promise<{ store: EncodingStore, follower: Follower }> {
    const store = create()
    const follower = new Follower()
    store.onChange(follower.listener)
    t.after(() => store.close())
    await store.open()
    return { store, follower }
  }

  const behaviour = (title: string, run: (t: TestContext, create: () => EncodingStore) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => run(t, await createStores(t)))
  }

  behaviour('a user is added, extended, replaced and deleted', async (t, create) => {
    const { store, follower } = await opened(t, create)
    assert.equal(await store.get('anna'), null)
    assert.deepEqual(await store.update('anna', adding('anna', 1)), record('anna', 1))
    assert.deepEqual(await store.update('anna', adding('anna', 2)), record('anna', 1, 2))
    assert.deepEqual(await store.get('anna'), record('anna', 1, 2))
    await store.update('anna', () => record('anna', 3))
    assert.deepEqual(follower.users.get('anna'), [3])
    assert.equal(await store.update('anna', () => null), null)
    assert.equal(await store.get('anna'), null)
    assert.equal(follower.users.size, 0)
  })

  behaviour('each change is announced once, in order, before the promise resolves', async (t, create) => {
    const { store, follower } = await opened(t, create)
    for (let seed = 1; seed <= 20; seed++) {
      await store.update('anna', () => seed % 5 === 0 ? null : record('anna', seed))
      assert.equal(follower.changes.length, seed)
    }
    assert.deepEqual(
      follower.changes.map((change) => seedsOf(change.record)[0] ?? 0),
      Array.from({ length: 20 }, (_, i) => (i + 1) % 5 === 0 ? 0 : i + 1)
    )
    await store.close()
    assert.equal(follower.changes.length, 20)
  })

  behaviour('everything is there after opening again, announced before open resolves', async (t, create) => {
    const { store } = await opened(t, create)
    for (let id = 0; id < 20; id++) await store.update(String(id), adding(id, id + 1))
    await store.update('3', () => null)
    await store.close()
    const { follower } = await opened(t, create)
    assert.equal(follower.users.size, 19)
    assert.equal(follower.changes.length, 19)
    assert.deepEqual(follower.users.get('7'), [8])
  })

  behaviour('the type of a user id is kept, and both types are one user', async (t, create) => {
    const { store } = await opened(t, create)
    const ids: UserId[] = [
      7, '007', -1, '1.5', 'true', 'null', Number.MAX_SAFE_INTEGER, '.', '..', 'a@b.c', 'X'.repeat(64)
    ]
    for (const id of ids) await store.update(String(id), () => record(id, 1))
    for (const id of ids) assert.strictEqual((await store.get(String(id)))?.userId, id)
    await store.update('7', (present) => record('7', 2, ...seedsOf(present)))
    assert.deepEqual(await store.get('7'), record('7', 2, 1))
  })

  behaviour('what a newer version wrote beside the encodings stays through a change', async (t, create) => {
    const { store } = await opened(t, create)
    const user: UserRecord = {
      ...record('anna', 1),
      displayName: 'Anna',
      groups: ['b', 'a'],
      metadata: { room: 7 },
      validUntil: TIME,
      further: { colour: { of: 'tomorrow' } },
      unread: [{ vector_in_bits: 'AAA=' }]
    }
    user.encodings[0]!.further = { liveness: 0.7 }
    await store.update('anna', () => user)
    const changed = await store.update('anna', (present) => ({
      ...present!, encodings: [...present!.encodings, encoding(2)]
    }))
    assert.deepEqual(changed, { ...user, encodings: [...user.encodings, encoding(2)] })
    await store.close()
    assert.deepEqual(await (await opened(t, create)).store.get('anna'), changed)
  })

  behaviour('user ids that differ in case only are different users', async (t, create) => {
    const { store, follower } = await opened(t, create)
    for (const [index, id] of ['anna', 'Anna', 'ANNA'].entries()) await store.update(id, adding(id, index))
    assert.deepEqual([...follower.users], [['anna', [0]], ['Anna', [1]], ['ANNA', [2]]])
    await store.update('Anna', () => null)
    assert.deepEqual([await store.get('anna'), await store.get('Anna')], [record('anna', 0), null])
  })

  behaviour('what is no user id is refused', async (t, create) => {
    const { store } = await opened(t, create)
    for (const key of ['', '../x', 'a/b', 'a b', 'x'.repeat(65)]) {
      await assert.rejects(store.update(key, () => record(key, 1)))
      await assert.rejects(store.get(key))
    }
  })

  behaviour('a change that throws leaves everything as it was', async (t, create) => {
    const { store, follower } = await opened(t, create)
    await store.update('anna', adding('anna', 1))
    const mine = new Error('mine')
    await assert.rejects(store.update('anna', () => { throw mine }), (err) => err === mine)
    await assert.rejects(store.update('anna', () => ({ ...record('anna', 2), encodings: [] })))
    await assert.rejects(store.update('anna', () => record('berta', 2)))
    assert.deepEqual(await store.get('anna'), record('anna', 1))
    assert.equal(follower.changes.length, 1)
    assert.deepEqual(await store.update('anna', adding('anna', 2)), record('anna', 1, 2))
  })

  behaviour('deleting nobody announces nothing', async (t, create) => {
    const { store, follower } = await opened(t, create)
    assert.equal(await store.update('anna', (present) => present), null)
    assert.equal(follower.changes.length, 0)
  })

  behaviour('concurrent updates of one user lose nothing', async (t, create) => {
    const { store, follower } = await opened(t, create)
    await Promise.all(Array.from({ length: 40 }, (_, seed) => store.update('anna', adding('anna', seed))))
    assert.deepEqual(seedsOf(await store.get('anna')), Array.from({ length: 40 }, (_, seed) => seed))
    assert.deepEqual(
      follower.changes.map((change) => seedsOf(change.record).length), Array.from({ length: 40 }, (_, seed) => seed + 1)
    )
  })

  behaviour('two stores on the same data lose nothing and see each other', async (t, create) => {
    const [one, two] = [await opened(t, create), await opened(t, create)]
    await Promise.all(
      Array.from({ length: 30 }, (_, seed) => (seed % 2 ? one : two).store.update('anna', adding('anna', seed)))
    )
    await Promise.all([one.store.update('berta', adding('berta', 1)), two.store.update('carla', adding('carla', 2))])
    const seeds = seedsOf(await one.store.get('anna'))
    assert.deepEqual([...seeds].sort((a, b) => a - b), Array.from({ length: 30 }, (_, seed) => seed))
    for (const { follower } of [one, two]) {
      await eventually(() => follower.users.get('anna')?.length === 30 && follower.users.size === 3)
      assert.deepEqual(follower.users.get('anna'), seeds)
    }
    await two.store.update('anna', () => null)
    await eventually(() => !one.follower.users.has('anna'))
  })

  behaviour('changes in turn know all changes in turn before them, whichever process made them', async (t, create) => {
    const stores = [await opened(t, create), await opened(t, create), await opened(t, create)]
    const before: number[] = []
    await Promise.all(Array.from({ length: 24 }, async (_, id) => {
      const { store, follower } = stores[id % stores.length]!
      await store.updateInTurn(String(id), (present) => {
        before.push(follower.users.size)
        return adding(id, id)(present)
      })
    }))
    assert.deepEqual(before, Array.from({ length: 24 }, (_, count) => count))
    // Also of users who are gone, or have other encodings than before.
    await stores[0]!.store.erase('0')
    await stores[0]!.store.updateInTurn('1', adding(1, 100))
    await stores[1]!.store.updateInTurn('2', (present) => {
      assert.deepEqual(stores[1]!.follower.users.get('1'), [1, 100])
      return present
    })
    // What such a change refuses leaves everything as it was, and holds up nobody.
    const mine = new Error('mine')
    await assert.rejects(stores[2]!.store.updateInTurn('3', () => { throw mine }), (err) => err === mine)
    assert.deepEqual(seedsOf(await stores[0]!.store.updateInTurn('3', adding(3, 4))), [3, 4])
  })

  behaviour('erasing tells whether there was anything, and the id as it was registered', async (t, create) => {
    const { store, follower } = await opened(t, create)
    await store.update('7', () => record(7, 1))
    assert.strictEqual(await store.erase('7'), 7)
    assert.deepEqual([await store.get('7'), follower.users.size], [null, 0])
    assert.equal(await store.erase('7'), null)
  })

  behaviour('a listener that throws keeps neither the change nor the other ' +
    'listeners from their work', async (t, create) => {
    const store = create()
    t.after(() => store.close())
    const follower = new Follower()
    store.onChange(() => { throw new Error('listener') })
    store.onChange(follower.listener)
    await store.open()
    assert.deepEqual(await store.update('anna', adding('anna', 1)), {
      userId: 'anna', updatedAt: TIME, encodings: record('anna', 1).encodings
    })
    assert.deepEqual(follower.users.get('anna'), [1])
  })

  behaviour('closing waits for the update under way; later ones are refused', async (t, create) => {
    const { store, follower } = await opened(t, create)
    const update = store.update('anna', adding('anna', 1))
    await store.close()
    assert.deepEqual(follower.users.get('anna'), [1])
    assert.deepEqual(await update, record('anna', 1))
    await assert.rejects(store.update('anna', adding('anna', 2)))
    await store.close()
    assert.deepEqual(seedsOf(await (await opened(t, create)).store.get('anna')), [1])
  })

  behaviour('nothing is read or changed before opening', async (t, create) => {
    const store = create()
    t.after(() => store.close())
    await assert.rejects(store.update('anna', adding('anna', 1)), { code: 'STORE_UNAVAILABLE' })
    await assert.rejects(store.get('anna'), { code: 'STORE_UNAVAILABLE' })
  })
}
