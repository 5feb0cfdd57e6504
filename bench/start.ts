import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBenchServer, type BenchServer } from './server.ts'

async function post (server: BenchServer, path: string, photo: Buffer): Promise<{ success?: boolean }> {
  const response = await fetch(server.url + path, {
    method: 'POST', headers: { 'content-type': 'image/jpeg' }, body: new Uint8Array(photo)
  })
  return await response.json() as { success?: boolean }
}

/**
 * Milliseconds from `node dist/src/server.js` to the answer that names somebody who was registered before, for each of
 * `rounds`.
 */
export async function measureStart (photo: Buffer, rounds: number): Promise<number[]> {
  const dir = await mkdtemp(join(tmpdir(), 'face-bench-'))
  try {
    const times: number[] = []
    for (let round = -1; round < rounds; round++) {
      const startedAt = performance.now()
      const server = await startBenchServer({ dir })
      try {
        const { success } = await post(server, round < 0 ? '/register-face?user_id=1' : '/recognize', photo)
        if (!success) throw new Error('the photo of the bench is not recognised')
        if (round >= 0) times.push(performance.now() - startedAt)
      } finally {
        await server.stop()
      }
    }
    return times
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
