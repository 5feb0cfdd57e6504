import { Agent, request } from 'node:http'

/** One kind of request. */
export interface Shot {
  method: 'GET' | 'POST'
  path: string
  body?: Buffer
  /** Shown with the request. */
  key?: string
}

/** What came of a run. Times in milliseconds. */
export interface LoadResult {
  requests: number
  /** Answers other than 2xx. */
  errors: number
  perSecond: number
  p50: number
  p95: number
  p99: number
}

function fire (agent: Agent, url: string, { method, path, body, key }: Shot): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...body && { 'content-type': 'image/jpeg', 'content-length': body.length },
      ...key !== undefined && { authorization: `Bearer ${key}` }
    }
    const sent = request(url + path, { agent, method, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** The value below which this share of the sorted times lies. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN

/** Keeps `concurrency` requests under way over connections that stay open, each sent when another is answered. */
export async function load (
  url: string, shots: readonly Shot[], concurrency: number, durationMs: number
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const times: number[] = []
  let errors = 0
  let next = 0
  const startedAt = performance.now()
  async function client (): Promise<void> {
    while (performance.now() - startedAt < durationMs) {
      const sentAt = performance.now()
      const status = await fire(agent, url, shots[next++ % shots.length]!)
      times.push(performance.now() - sentAt)
      if (status < 200 || status > 299) errors++
    }
  }
  await Promise.all(Array.from({ length: concurrency }, client))
  const seconds = (performance.now() - startedAt) / 1000
  agent.destroy()
  times.sort((one, other) => one - other)
  return {
    requests: times.length,
    errors,
    perSecond: times.length / seconds,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99)
  }
}
