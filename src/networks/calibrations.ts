import type { Calibration } from './calibration.ts'

/**
 * By `npm run accuracy -- --dataset DIR --write-calibration`, which says how: for each network, number format and
 * `ENCODING_AUGMENT`, the distances at which a pair of different people is accepted with a rate of 1e-6, 1e-4 and 1e-2.
 */
export const CALIBRATIONS: Readonly<Record<string, Calibration>> = {
  'fr-feature/float32/none': [0.9666, 1.0854, 1.2307],
  'fr-feature/float32/flip': [0.9679, 1.0855, 1.2304],
  'face-api/float32/none': [0.3659, 0.4842, 0.6178],
  'face-api/float32/flip': [0.365, 0.4738, 0.6061],
  'face-api/int8/none': [0.4229, 0.5092, 0.622],
  'face-api/int8/flip': [0.4092, 0.4964, 0.6101],
  'mobilefacenet/float32/none': [0.9926, 1.0959, 1.2242],
  'mobilefacenet/float32/flip': [0.9931, 1.0929, 1.2236],
  'mobilefacenet/int8/none': [0.9859, 1.0905, 1.2204],
  'mobilefacenet/int8/flip': [0.9885, 1.0882, 1.2191],
  'retail-0095/float32/none': [0.9534, 1.0788, 1.2333],
  'retail-0095/float32/flip': [0.9451, 1.0696, 1.2301],
  'mobileface-v2/float32/none': [0.9225, 1.0523, 1.2237],
  'mobileface-v2/float32/flip': [0.9174, 1.0497, 1.2226]
}
