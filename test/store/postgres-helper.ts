import type { TestContext } from 'node:test'
import type { DataKey } from '../../src/store/record/seal.ts'
import type { EncodingStore } from '../../src/store/encoding-store.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { StoreEvent } from '../../src/store/store-event.ts'
import { Follower } from './helper.ts'

/** A store that is open until the test ends, what it announces and what it reports. */
export async function openPostgresStore (t: TestContext, url: string, keys: DataKey[] = []): Promise<{
  store: EncodingStore, follower: Follower, events: StoreEvent[]
}> {
  const events: StoreEvent[] = []
  const follower = new Follower()
  const store = createPostgresStore({ url, keys, onEvent: (event) => events.push(event) })
  store.onChange(follower.listener)
  t.after(() => store.close())
  await store.open()
  return { store, follower, events }
}
