import sharp from 'sharp'
import { isQuickLook, LANDMARK_SIDE } from '../backends/backend.ts'
import { openPhoto } from './decode.ts'
import { detectFaces, LOOKS } from './detect.ts'
import { MID_GREY } from './picture.ts'
import type { Tools } from './pipeline.ts'

const SIDE = 256

/**
 * Runs the decoder and the networks that every photo needs once, so that the first kiosk does not pay for it. The
 * others keep nothing from one run to the next, and would hold up the start.
 */
export async function warmUp ({ backend, recognizer }: Tools): Promise<void> {
  const create = { width: SIDE, height: SIDE, channels: 3 as const, background: MID_GREY }
  const grey = await sharp({ create }).jpeg().toBuffer()
  const { picture } = await openPhoto(grey, SIDE ** 2)
  const quick = LOOKS.filter(({ detector, side }) => isQuickLook(detector, side))
  for (const look of quick) await detectFaces(backend, picture, look)
  await backend.landmarks(new Uint8Array(LANDMARK_SIDE ** 2 * 3), 1)
  await recognizer.encode(new Uint8Array(recognizer.chipSide ** 2 * 3), 1)
}
