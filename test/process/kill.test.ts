import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'
import { seeded } from '../support/seeded.ts'
import { startServer } from './server-process.ts'

const REGISTRATIONS = 60
const LIVES = 5
/** About what a registration takes. */
const KILL_MS_MAX = 300

test('kill -9 at random moments during registrations loses none that was acknowledged', async (t) => {
  const random = seeded(t)
  const FACE_DATA_DIR = await temporaryFolder(t)
  const photo = await portraits.anna()
  const acknowledged = new Set<number>()
  let next = 0
  for (let life = 0; life < LIVES; life++) {
    const server = await startServer(t, {
      FACE_DATA_DIR, INFERENCE_THREADS: '2', RATE_LIMIT_MAX: '100000', DUPLICATE_TOLERANCE: '0'
    })
    const end = (life + 1) * REGISTRATIONS / LIVES
    // The last registrations of each life are cut off somewhere in the middle.
    const killAt = end - 1 - random.below(5)
    const kiosk = async (): Promise<void> => {
      while (next < end) {
        const userId = next++
        if (userId === killAt) setTimeout(() => server.child.kill('SIGKILL'), random() * KILL_MS_MAX)
        try {
          const answer = await fetch(`${server.url}/register-face?user_id=${userId}`, {
            method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg' }
          })
          if (answer.status === 200) acknowledged.add(userId)
        } catch {
          // Killed while it worked on this one: nothing was promised.
        }
      }
    }
    await Promise.all([kiosk(), kiosk(), kiosk()])
    server.child.kill('SIGKILL')
    assert.equal(await server.exited, 'SIGKILL')
  }

  const server = await startServer(t, { FACE_DATA_DIR })
  assert.ok(acknowledged.size > REGISTRATIONS / 4, `only ${acknowledged.size} were acknowledged`)
  for (const userId of acknowledged) {
    const status = await (await fetch(`${server.url}/status/${userId}`)).json() as { encoding_count: number }
    assert.equal(status.encoding_count, 1, `user ${userId}`)
  }
  assert.doesNotMatch(server.output(), /quarantined/)
  t.diagnostic(`${acknowledged.size} acknowledged in ${LIVES} lives, all found`)
})
