/** What kiosks do all the time, and what they were promised. */
export interface Traffic {
  /** Recognitions of somebody known, each answered with the right name. */
  recognized (): number
  /** What else came of recognitions. */
  readonly failures: string[]
  /** The longest time without an answered recognition, in milliseconds. */
  longestPauseMs (): number
  /** Registrations that were acknowledged, and whose deletion was not asked for. */
  readonly present: Set<string>
  /** Deletions that were acknowledged. */
  readonly deleted: Set<string>
  /** Changes that were refused or not answered, by status and code: they may have been made. */
  readonly uncertain: Map<string, string>
  stop (): Promise<void>
}

export interface Kiosks {
  url: string
  /** A photo of somebody registered, and the user id that must come back. */
  known: { photo: Buffer, userId: string }
  /** A photo of somebody else, which is registered again and again. */
  visitor: Buffer
}

const PHOTO = { 'content-type': 'image/jpeg' }
const RECOGNISERS = 2

async function answerOf (request: Promise<Response>): Promise<{ success: boolean, says: string, userId?: unknown }> {
  try {
    const answer = await request
    const { success, code, user_id: userId } = await answer.json() as {
      success?: boolean, code?: string, user_id?: unknown
    }
    return { success: success === true, says: `${answer.status} ${code ?? ''}`, userId }
  } catch (err) {
    return { success: false, says: String((err as Error).cause ?? err) }
  }
}

/** Starts kiosks that recognise, register and delete until they are stopped, each with one request at a time. */
export function startTraffic ({ url, known, visitor }: Kiosks): Traffic {
  const [present, deleted] = [new Set<string>(), new Set<string>()]
  const uncertain = new Map<string, string>()
  const failures: string[] = []
  const enough = new AbortController()
  let recognized = 0
  let longestPauseMs = 0
  let answeredAt = performance.now()

  async function recognise (): Promise<void> {
    while (!enough.signal.aborted) {
      const { says, userId } =
        await answerOf(fetch(`${url}/recognize`, { method: 'POST', body: known.photo, headers: PHOTO }))
      if (userId !== known.userId) {
        failures.push(says)
        continue
      }
      recognized++
      const now = performance.now()
      longestPauseMs = Math.max(longestPauseMs, now - answeredAt)
      answeredAt = now
    }
  }

  async function change (userId: string, request: Promise<Response>): Promise<boolean> {
    const { success, says } = await answerOf(request)
    if (!success) uncertain.set(userId, says)
    return success
  }

  async function registerAndDelete (): Promise<void> {
    for (let i = 0; !enough.signal.aborted; i++) {
      const userId = `visitor-${i}`
      if (!await change(
        userId, fetch(`${url}/register-face?user_id=${userId}`, { method: 'POST', body: visitor, headers: PHOTO })
      )) continue
      if (i % 3 !== 0) present.add(userId)
      else if (await change(userId, fetch(`${url}/face/${userId}`, { method: 'DELETE' }))) deleted.add(userId)
    }
  }

  const kiosks = Promise.all([...Array.from({ length: RECOGNISERS }, recognise), registerAndDelete()])
  return {
    recognized: () => recognized,
    failures,
    longestPauseMs: () => longestPauseMs,
    present,
    deleted,
    uncertain,
    async stop () {
      enough.abort()
      await kiosks
    }
  }
}
