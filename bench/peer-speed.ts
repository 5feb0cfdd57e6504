import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { best } from './floor.ts'
import { startPeer } from './peer.ts'
import { benchPhotos, type PhotoSize } from './photos.ts'

/** Milliseconds of a program that is not this server, from the path of a photo to the encoding. */
export interface PeerSpeed {
  name: string
  /** The best of some rounds, averaged over the photos. */
  costs: Array<{ size: PhotoSize, ms: number }>
}

/** Measures photos of these sizes, the same that this server gets, one after the other. */
export async function measurePeer (command: string, sizes: readonly PhotoSize[], rounds: number): Promise<PeerSpeed> {
  const peer = await startPeer(command)
  const folder = await mkdtemp(join(tmpdir(), 'face-bench-'))
  try {
    const path = join(folder, 'photo.jpg')
    const costs: PeerSpeed['costs'] = []
    for (const size of sizes) {
      const { photos } = await benchPhotos(size)
      let ms = 0
      for (const photo of photos) {
        await writeFile(path, photo)
        ms += await best(() => peer.encode(path), rounds) / photos.length
      }
      costs.push({ size, ms })
    }
    return { name: peer.name, costs }
  } finally {
    await peer.close()
    await rm(folder, { recursive: true, force: true })
  }
}
