import type { NetworkSource } from '../../models/build.ts'
import { CHECKSUMS } from '../../models/checksums.ts'
import type { PackagedFile } from '../../models/npm-package.ts'
import type { Alignment } from '../../workers/protocol.ts'

/** What a network computes in. */
export type NumberFormat = 'float32' | 'int8'

/** A graph that `npm run models` builds: its name and its SHA-256. */
interface Built extends Pick<NetworkSource, 'name' | 'checksum'> {
  /** See NetworkSetup. Chosen so that as many photos of LFW have a stability below 0.8 as with dlib's network. */
  mirrorSpread: number
}

/** The file that a network comes as: what its makers call it, its SHA-256, and how it is fed. */
interface Original {
  file: string
  checksum: string
  /** Where `npm run models` finds it; null: the operator brings it. */
  packaged: PackagedFile | null
  channels: 'rgb' | 'bgr'
  mean: readonly number[]
  divisor: readonly number[]
}

/** What was measured with the photos of docs/accuracy.md; rates in percent. */
interface Figures {
  /** One face on one thread of an AMD EPYC with VNNI, in 32 bits. */
  ms: number
  /** LFW's protocol: pairs judged rightly. */
  lfw: number
  /** Same person accepted at a false accept rate of 1e-4, all pairs of LFW. */
  tar: number
  /** Enrolled by one photo and not named, at 1 % of strangers named, 1,680 people. */
  fnir: number
}

/** All that the server knows of a recognition network. */
export interface CatalogueEntry {
  licence: string
  source: string
  /** Null: its weights come with face-api. */
  original: Original | null
  /** In 8 bits only where that was shown not to cost accuracy. */
  graphs: Readonly<{ float32: Built } & Partial<Record<NumberFormat, Built>>>
  /** Stored with every encoding, without the number format. */
  id: string
  alignment: Alignment
  /** Side of a chip in pixels, and numbers of an encoding. */
  side: number
  length: number
  /** Whether encodings lie on the unit sphere. */
  unit: boolean
  figures: Figures
}

export const NETWORK_NAMES = ['fr-feature', 'face-api', 'mobilefacenet', 'retail-0095', 'mobileface-v2'] as const

/** A recognition network as `RECOGNITION_NETWORK` names it. */
export type NetworkName = typeof NETWORK_NAMES[number]

export const DEFAULT_NETWORK: NetworkName = 'fr-feature'

/** Stored with every encoding of the network: only those with the same id are comparable. */
export function idOf (name: NetworkName, format: NumberFormat): string {
  const { id } = CATALOGUE[name]
  return format === 'int8' ? id.replace(/(\/[^/]*)$/, '-int8$1') : id
}

/** The recognition networks that need no further setting. */
export const CATALOGUE: Readonly<Record<NetworkName, CatalogueEntry>> = {
  'fr-feature': {
    licence: 'MIT',
    source: 'npm package faceplugin-face-recognition-js 0.0.1',
    original: {
      file: 'fr_feature.onnx',
      checksum: '87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581',
      packaged: {
        spec: 'faceplugin-face-recognition-js@0.0.1',
        integrity: 'sha512-shriXjd4zJHEwhK1jHK+bWo8Vv6Vu9B/w6RRsd4AFtNM/jaI2vhuOamOSMl9qQmLd8WlQ7dgqN+3C2iOi5pXWw==',
        path: 'package/model/fr_feature.onnx'
      },
      channels: 'bgr',
      mean: [127, 127, 127],
      divisor: [128, 128, 128]
    },
    graphs: {
      float32: {
        name: 'fr_feature_192',
        checksum: '9ba46099b52badf091b2ba819c3372cc1f7d739d253ded5139c76b6464ac83ad',
        mirrorSpread: 0.62
      }
    },
    id: 'fr-feature/192-axes/five-points-v1',
    alignment: 'arcface',
    side: 112,
    length: 192,
    unit: true,
    figures: { ms: 5, lfw: 99.27, tar: 99.3, fnir: 5.3 }
  },
  'face-api': {
    licence: 'MIT (face-api), CC0 (dlib\'s weights)',
    source: 'npm package @vladmandic/face-api 1.7; dlib_face_recognition_resnet_model_v1',
    original: null,
    graphs: {
      float32: { name: 'face_recognition', checksum: CHECKSUMS.face_recognition, mirrorSpread: 0.6 },
      int8: { name: 'face_recognition_int8', checksum: CHECKSUMS.face_recognition_int8, mirrorSpread: 0.61 }
    },
    id: 'face-api/face_recognition/dlib-chip-v1',
    alignment: 'dlib',
    side: 150,
    length: 128,
    unit: false,
    figures: { ms: 5.6, lfw: 98.72, tar: 76.69, fnir: 58.7 }
  },
  mobilefacenet: {
    licence: 'Apache-2.0',
    source: 'weights/MobileFaceNet.onnx of github.com/foamliu/MobileFaceNet',
    original: {
      file: 'MobileFaceNet.onnx',
      checksum: 'b7120c095d60094f28a4a54ba6a8bf51b297a6273fb40ef6350dfec1f63d9507',
      packaged: null,
      channels: 'rgb',
      mean: [123.675, 116.28, 103.53],
      divisor: [58.395, 57.12, 57.375]
    },
    graphs: {
      float32: {
        name: 'mobilefacenet',
        checksum: 'ade0c22909aebedcab8a8040e4745c1b1183c1c9625b1d84fa1a906cca9b7b43',
        mirrorSpread: 0.86
      },
      int8: {
        name: 'mobilefacenet_int8',
        checksum: '75b00f9d16e9bcf5f7c15cddbdf1e141394c027a8b6f7150c5c714f8b74ea9cc',
        mirrorSpread: 0.97
      }
    },
    id: 'mobilefacenet/five-points-v1',
    alignment: 'arcface',
    side: 112,
    length: 128,
    unit: true,
    figures: { ms: 4.9, lfw: 99.27, tar: 99.18, fnir: 5.8 }
  },
  'retail-0095': {
    licence: 'Apache-2.0',
    source: 'face-reidentification-retail-0095 of Intel\'s Open Model Zoo, converted to ONNX',
    original: {
      file: 'face-reidentification-retail-0095.onnx',
      checksum: '9d3446f5c3810dff20af2c6fa2fb75d5ed6ab9e7c59adf467d6b58f58926d99a',
      packaged: null,
      channels: 'bgr',
      mean: [0, 0, 0],
      divisor: [1, 1, 1]
    },
    graphs: {
      float32: {
        name: 'retail_0095',
        checksum: '2035c1cfa90a712ba402bd81685d7ea5fd902c7aef121aa55ccbb7ce29786ab5',
        mirrorSpread: 1.51
      }
    },
    id: 'retail-0095/retail-points-v1',
    alignment: 'retail',
    side: 128,
    length: 256,
    unit: true,
    figures: { ms: 6.8, lfw: 99.25, tar: 99.18, fnir: 7.2 }
  },
  'mobileface-v2': {
    licence: 'MIT',
    source: 'MobileFace_Identification_V2 of github.com/becauseofAI/MobileFace, converted to ONNX',
    original: {
      file: 'mobileface-v2.onnx',
      checksum: 'f60c78e9837a515d56fe4897b54d2c9d864b3b468270fba93272b4343ff48190',
      packaged: null,
      channels: 'rgb',
      mean: [0, 0, 0],
      divisor: [1, 1, 1]
    },
    graphs: {
      float32: {
        name: 'mobileface_v2',
        checksum: '72afcb0677d767b344f8021d7246125a740c55b864a382bd41862c3148b8fe15',
        mirrorSpread: 0.76
      }
    },
    id: 'mobileface-v2/five-points-v1',
    alignment: 'arcface',
    side: 112,
    length: 256,
    unit: true,
    figures: { ms: 0.97, lfw: 98.83, tar: 95.94, fnir: 18.7 }
  }
}
