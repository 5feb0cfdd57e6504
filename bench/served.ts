/** Sums of the server's own histograms, by what they measure, since it started. */
export interface ServedTimes {
  photos: number
  requests: number
  requestSeconds: number
  /** Of each stage, and `wait` for the time in the queue. */
  stageSeconds: Record<string, number>
}

/** Milliseconds of one request by the server's own figures: from its first byte to the answer. */
export interface ServedPhoto {
  total: number
  /** The wait in the queue, then each stage. */
  stages: Record<string, number>
  /** What is left: receiving the photo, HTTP, handing it over, policy, the answer. */
  http: number
}

const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/

/** Reads `/metrics` of a server, as far as it is about photos of this route. */
export async function servedTimes (url: string, route: string): Promise<ServedTimes> {
  const times: ServedTimes = { photos: 0, requests: 0, requestSeconds: 0, stageSeconds: {} }
  for (const line of (await (await fetch(`${url}/metrics`)).text()).split('\n')) {
    const [, name, labels = '', text] = SAMPLE.exec(line) ?? []
    const value = Number(text)
    if (name === 'face_photo_wait_seconds_count') times.photos = value
    if (name === 'face_photo_wait_seconds_sum') times.stageSeconds['wait'] = value
    if (name === 'face_photo_stage_seconds_sum') times.stageSeconds[/stage="(\w+)"/.exec(labels)?.[1] ?? ''] = value
    if (!labels.includes(`route="${route}"`)) continue
    if (name === 'face_http_request_seconds_sum') times.requestSeconds += value
    if (name === 'face_http_request_seconds_count') times.requests += value
  }
  return times
}

/** What an average request took between two readings; all photos in between must be of the same route. */
export function servedPhoto (before: ServedTimes, after: ServedTimes): ServedPhoto {
  const photos = after.photos - before.photos
  const stages = Object.fromEntries(Object.entries(after.stageSeconds).map(([stage, seconds]) =>
    [stage, (seconds - (before.stageSeconds[stage] ?? 0)) * 1000 / photos]))
  const total = (after.requestSeconds - before.requestSeconds) * 1000 / (after.requests - before.requests)
  return { total, stages, http: total - Object.values(stages).reduce((sum, ms) => sum + ms, 0) }
}
