import { idOf } from './catalogue.ts'

/** Encodings with this model and no kind may be mirror averages, too: servers before kinds made both alike. */
const FACE_API = idOf('face-api', 'float32')
const FACE_API_INT8 = idOf('face-api', 'int8')
const DLIB = 'dlib/face_recognition_resnet_model_v1/dlib-chip'
const FLIP = '/flip'

/** What is stored of an encoding's kind: network, arithmetic, alignment and mirror average. */
export interface StoredKind {
  /** Without the mirror average; servers before kinds compare what has the same one. */
  model: string
  /** Where `model` does not tell all of the kind. */
  kind?: string
}

/** A kind whose encodings were measured against those of another one. */
interface Measured {
  /** The kind that they were measured against, and may be compared with. */
  against: string
  /** Median Euclidean distance between the encodings that the two kinds make of one photo. */
  apart: number
}

/**
 * Which kinds may be compared, and how far apart they lie. Those of one row lie a quarter as far apart as two photos of
 * one person (0.42, median, with face-api's network), and across a row the true accept rate at a false accept rate of
 * 0.1 % is between those of its two kinds: test/src/networks/kinds.test.ts measures it for face-api's. A kind without a
 * row may be compared with itself and its mirror average.
 *
 * Encodings that face-api's network made before version 2.0, from landmarks found otherwise, have the same id and lie
 * 0.11 away.
 */
export const KINDS: Readonly<Record<string, Measured>> = {
  [FACE_API_INT8]: { against: FACE_API, apart: 0.04 },
  [FACE_API + FLIP]: { against: FACE_API, apart: 0.09 },
  [FACE_API_INT8 + FLIP]: { against: FACE_API, apart: 0.1 },
  // Of dlib's own detection, landmarks and chips: bench/dlib.
  [DLIB]: { against: FACE_API, apart: 0.13 },
  [idOf('mobilefacenet', 'int8')]: { against: idOf('mobilefacenet', 'float32'), apart: 0.14 }
}

/** What `npm run store -- import` stores of encodings of dlib; servers without kinds take them for face-api's. */
export const DLIB_KIND: StoredKind = { model: FACE_API, kind: DLIB }

/** The kind of what this server makes: of the network with this id, with this `ENCODING_AUGMENT`. */
export function madeKind (model: string, augment: 'none' | 'flip'): StoredKind {
  return augment === 'flip' ? { model, kind: model + FLIP } : { model }
}

/** The id of an encoding's kind. */
export const kindOf = ({ model, kind = model }: StoredKind): string => kind

/** The kind that this one and all those comparable with it were measured against. */
function reference (kind: string): string {
  const plain = kind.endsWith(FLIP) ? kind.slice(0, -FLIP.length) : kind
  return KINDS[plain]?.against ?? plain
}

/** Whether distances between encodings of the two kinds mean the same as among those of one. */
export const areComparable = (one: string, other: string): boolean => reference(one) === reference(other)
