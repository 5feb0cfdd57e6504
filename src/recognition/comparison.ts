import type { Box, Identification } from '../../workers/protocol.ts'
import type { Config } from '../config.ts'
import { FaceError } from '../errors.ts'
import type { Candidates } from './candidates.ts'
import type { Gallery } from '../gallery/gallery.ts'
import type { Inference } from '../inference/inference-pool.ts'
import { confidenceOf } from '../networks/calibration.ts'
import { distanceOf, round4 } from '../networks/distance.ts'
import { scaleOf, type RecognitionNetwork } from '../networks/find-network.ts'
import type { PhotoInContext, RequestContext } from '../request-context.ts'
import type { UserId } from '../store/encoding-store.ts'

/** What came of comparing two faces, or a face with those of a user. */
export interface Comparison {
  isSame: boolean
  /** On the scale that all networks share. */
  distance: number
  /** 1 - distance, 0..1. */
  confidence: number
  /** The largest distance of one person. */
  tolerance: number
}

/**
 * One face against one: the use cases without a search. The tolerance is `RECOGNITION_TOLERANCE` itself: the tolerance
 * of a search is smaller because a stranger is compared with everybody there, and may resemble any of them.
 */
export interface Comparing {
  /**
   * Is this the user? The face before the camera is compared with all that the user has, and is not the user's if it is
   * nearer to a face that was rejected. Throws `USER_NOT_FOUND`,
   * before the photo is looked at, for a user whom the caller may not name, or not now, or who has no comparable
   * encoding; `NO_FACE`; and what inference throws.
   */
  verify (key: string, photo: ArrayBuffer, context?: RequestContext): Promise<Comparison & { userId: UserId, box: Box }>
  /**
   * Are the faces before the camera those of one person? Throws, saying which photo it is about, what is wrong with it
   * already, `NO_FACE` and what inference throws.
   */
  compare (one: PhotoInContext | FaceError, other: PhotoInContext | FaceError): Promise<Comparison & { boxes: Box[] }>
}

export interface ComparingParts {
  config: Pick<Config, 'RECOGNITION_TOLERANCE'>
  network: Pick<RecognitionNetwork, 'calibration' | 'file'>
  /** What encoded the users that `network` does not know yet; null if there can be none. */
  previous: Pick<RecognitionNetwork, 'calibration' | 'file'> | null
  inference: Pick<Inference, 'encode'>
  gallery: Pick<Gallery, 'compared' | 'isNamed'>
  candidates: Pick<Candidates, 'isRejected'>
}

/** Puts these use cases together. */
export function createComparing (
  { config, network, previous, inference, gallery, candidates }: ComparingParts
): Comparing {
  const tolerance = config.RECOGNITION_TOLERANCE
  const scaled = scaleOf(network)
  const previousScaled = previous ? scaleOf(previous) : scaled

  function decide (distance: number): Comparison {
    return {
      isSame: distance <= tolerance, distance: round4(distance), confidence: round4(confidenceOf(distance)), tolerance
    }
  }

  function comparedOf (key: string, { caller }: RequestContext): NonNullable<ReturnType<Gallery['compared']>> {
    const user = gallery.compared(key)
    if (!user || !gallery.isNamed(user.userId, caller?.groups ?? null, Date.now())) {
      throw new FaceError('USER_NOT_FOUND')
    }
    if (user.vectors.length > 0) return user
    const message = 'This user has no encoding of the present network: register the face again'
    throw new FaceError('USER_NOT_FOUND', { message })
  }

  async function encode (photo: ArrayBuffer, context?: RequestContext): Promise<Identification> {
    const seen = await inference.encode(photo, context)
    if (!seen) throw new FaceError('NO_FACE')
    return seen
  }

  return {
    async verify (key, photo, context = {}) {
      comparedOf(key, context)
      const seen = await encode(photo, context)
      const { face, previous: other } = seen
      // As they are now.
      const { userId, vectors, isPrevious } = comparedOf(key, context)
      const [probe, scale] = isPrevious ? [other?.encoding, previousScaled] : [face.encoding, scaled]
      // Only now enrolled with the previous network.
      if (!probe) throw new FaceError('USER_NOT_FOUND')
      const distance = scale(Math.min(...vectors.map((vector) => distanceOf(vector, probe))))
      const decided = decide(distance)
      const isSame = decided.isSame && !candidates.isRejected({ userId, distance }, seen)
      return { userId, box: face.box, ...decided, isSame }
    },

    async compare (...photos) {
      const [one, other] = await Promise.all(photos.map(async (sent, i) => {
        try {
          if (sent instanceof FaceError) throw sent
          return (await encode(sent.photo, sent.context)).face
        } catch (err) {
          if (!(err instanceof FaceError)) throw err
          const { code, retryAfterSeconds, cause } = err
          throw new FaceError(code, { message: `Photo ${i + 1}: ${err.message}`, retryAfterSeconds, cause })
        }
      }))
      const distance = scaled(distanceOf(one!.encoding, other!.encoding))
      return { boxes: [one!.box, other!.box], ...decide(distance) }
    }
  }
}
