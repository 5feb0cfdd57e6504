import type { DetectedFace, Frame } from '../../workers/protocol.ts'
import type { Config } from '../config.ts'
import type { Inference } from '../inference/inference-pool.ts'
import type { RequestContext } from '../request-context.ts'
import { adviceOn, qualityOf, type Advice, type Quality } from './quality-policy.ts'

/** A face of a photo, and what a registration would say of it. */
export interface DescribedFace extends Omit<DetectedFace, 'quality'> {
  quality: Quality
  /** Empty for a face that is good enough. */
  advice: Advice[]
}

/** Describes all faces of a photo, the largest first, at most `facesMax`; none if there are none. */
export type Detect = (photo: ArrayBuffer, facesMax: number, context?: RequestContext) => Promise<Frame<DescribedFace>>

/** Makes the use case. */
export function createDetect (
  { config, inference }: { config: Pick<Config, 'FACE_QUALITY_THRESHOLD'>, inference: Pick<Inference, 'detect'> }
): Detect {
  return async (photo, facesMax, context) => {
    const { faces, ...size } = await inference.detect(photo, facesMax, context)
    return {
      ...size,
      faces: faces.map(({ quality, ...face }) => ({
        ...face, quality: qualityOf(quality), advice: adviceOn(face.box, quality, config.FACE_QUALITY_THRESHOLD)
      }))
    }
  }
}
