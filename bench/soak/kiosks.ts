import { Agent } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Bodies } from './bodies.ts'
import { send, type Call } from './client.ts'
import type { Kind, Tally } from './tally.ts'

/** Users that come and go; so few that what is enrolled does not grow. */
const PASSING_USERS = 20
const GOOD_KIOSKS = 3
const LEAVES_AFTER_MS_MAX = 80
/** A photo of 23 million pixels keeps a thread busy for about as long. */
const HUGE_PAUSE_MS = 2_000
const LEAVING_PAUSE_MS = 100
const BAD_PAUSE_MS = 50

/** Runs all kiosks until they are told to stop, each with one request at a time. */
export async function runKiosks (url: string, bodies: Bodies, tally: Tally, enough: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  async function tell (kind: Kind, call: Call, over = agent): Promise<number> {
    const answer = await send(over, url, call)
    tally.count(kind, answer)
    return answer.status
  }

  /** Sends one call after the other, in turns; each kiosk begins elsewhere. */
  async function repeat (kind: Kind, calls: readonly Call[], pauseMs: number, first = 0): Promise<void> {
    for (let i = first; !enough.aborted; i++) {
      await tell(kind, calls[i % calls.length]!)
      await pause(pauseMs)
    }
  }

  async function change (): Promise<void> {
    const photo = bodies.people.at(-1)!
    for (let i = 0; !enough.aborted; i++) {
      const user = `passing-${i % PASSING_USERS}`
      await tell('changes', { path: `/register-face?user_id=${user}&replace=true`, body: photo })
      await tell('changes', { method: 'GET', path: `/status/${user}` })
      await tell('changes', { method: 'DELETE', path: `/face/${user}` })
    }
  }

  /** Goes away while it sends its photo, while that waits, or while the server works on it. */
  async function leave (): Promise<void> {
    const calls = [...bodies.good, bodies.huge[1]!]
    const own = new Agent()
    for (let i = 0; !enough.aborted; i++) {
      await tell('leaving', { ...calls[(i * 7) % calls.length]!, leavesAfterMs: (i * 13) % LEAVES_AFTER_MS_MAX }, own)
      await pause(LEAVING_PAUSE_MS)
    }
  }

  const good = Array.from({ length: GOOD_KIOSKS }, (_, i) => repeat('good', bodies.good, 0, i * 11))
  await Promise.all([
    ...good, change(), leave(), repeat('bad', bodies.bad, BAD_PAUSE_MS), repeat('huge', bodies.huge, HUGE_PAUSE_MS)
  ])
  agent.destroy()
}
