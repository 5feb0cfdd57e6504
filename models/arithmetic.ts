import type { ConvOptions, Graph } from './graph.ts'
import type { Tensor } from './weights.ts'

/** How a network computes: what becomes of each result, and how it convolves. */
export interface Arithmetic {
  /** A result that has a name of its own; gives what is used in its place. */
  activation (name: string, x: string): string
  conv (x: string, filters: Tensor, bias: Float32Array, options: ConvOptions): string
}

/** The lowest and the highest number of an activation. */
export type Range = readonly [lowest: number, highest: number]

/** In 32 bits. */
export function plainArithmetic (graph: Graph): Arithmetic {
  return { activation: (_name, x) => x, conv: (x, filters, bias, options) => graph.conv(x, filters, bias, options) }
}

/** Steps of an unsigned byte. */
const ACTIVATION_STEPS = 255
/**
 * Largest weight: 7 bits, for with 8 the sums of two products overflow the 16 bits that AVX2 without VNNI has for them.
 */
const WEIGHT_MAX = 64

/** Largest absolute weight of each output channel, never 0. */
function channelScales ({ dims, data }: Tensor): Float32Array {
  const size = data.length / dims[0]!
  return Float32Array.from({ length: dims[0]! }, (_, channel) => {
    const weights = data.subarray(channel * size, (channel + 1) * size)
    return weights.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-9) / WEIGHT_MAX
  })
}

/**
 * In 8 bits (Jacob et al. 2018): activations are unsigned bytes over their ranges, weights 7 bits for each output
 * channel. Written as numbers that are quantised and dequantised again, between which ONNX Runtime computes in whole
 * numbers.
 */
export const quantisedArithmetic = (ranges: Readonly<Record<string, Range>>) => (graph: Graph): Arithmetic => {
  /** Of each activation. */
  const scales = new Map<string, number>()
  const number = (value: number): string => graph.constant({ dims: [], data: Float32Array.of(value) })

  return {
    activation (name, x) {
      const range = ranges[name]
      if (!range) throw new Error(`${name}: no range of this activation`)
      const lowest = Math.min(0, range[0])
      const scale = Math.fround((Math.max(0, range[1]) - lowest) / ACTIVATION_STEPS)
      const zero = graph.whole([], Uint8Array.of(Math.round(-lowest / scale)))
      const step = number(scale)
      const y = graph.op('DequantizeLinear', [graph.op('QuantizeLinear', [x, step, zero]), step, zero])
      scales.set(y, scale)
      return y
    },
    conv (x, filters, bias, options) {
      const inputScale = scales.get(x)
      if (inputScale === undefined) throw new Error(`${x} is not quantised`)
      const steps = channelScales(filters)
      const size = filters.data.length / steps.length
      const weights = Int8Array.from(filters.data, (value, i) => Math.round(value / steps[Math.floor(i / size)]!))
      const channels = (scale: Float32Array, whole: string): string =>
        graph.op('DequantizeLinear', [whole, graph.constant({ dims: [scale.length], data: scale })], { axis: 0 })
      const sums = steps.map((step) => step * inputScale)
      const offsets = Int32Array.from(bias, (value, i) => Math.round(value / sums[i]!))
      const wholeFilters = channels(steps, graph.whole(filters.dims, weights))
      const wholeBias = channels(sums, graph.whole([bias.length], offsets))
      return graph.convolve(x, wholeFilters, wholeBias, filters.dims[2]!, options)
    }
  }
}
