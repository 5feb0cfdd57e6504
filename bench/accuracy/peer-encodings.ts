import { startPeer } from '../peer.ts'
import type { Encoded, EncodedPhoto } from './photo-encodings.ts'

/** Encodes the largest face of each photo with another program in place of this server; see {@link startPeer}. */
export async function encodeByPeer (
  command: string, paths: readonly string[], onProgress: (done: number) => void
): Promise<Encoded> {
  const peer = await startPeer(command)
  try {
    const photos: EncodedPhoto[] = []
    for (const path of paths) {
      photos.push({ encoding: await peer.encode(path) })
      onProgress(photos.length)
    }
    return { model: peer.name, engine: null, config: {}, photos }
  } finally {
    await peer.close()
  }
}
