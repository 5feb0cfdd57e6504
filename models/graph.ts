import { ATTRIBUTE_TYPE, DATA_TYPE, encodeModel } from './onnx-format.ts'
import type { Tensor } from './weights.ts'

type Dims = Array<number | string>
type Attribute = number | string | number[]

/** How a window treats the border: only where it fits, as tfjs's `same`, or with this many zeros on each side. */
export type Padding = 'valid' | 'same' | number

export interface WindowOptions {
  stride?: number
  padding?: Padding
}

/** `groups` = channels makes a convolution depthwise. */
export interface ConvOptions extends WindowOptions {
  groups?: number
}

function attributeOf (name: string, value: Attribute): object {
  if (Array.isArray(value)) return { name, ints: value, type: ATTRIBUTE_TYPE.ints }
  if (typeof value === 'string') return { name, s: Buffer.from(value), type: ATTRIBUTE_TYPE.string }
  // Only `alpha` is a real number among the attributes used here.
  return name === 'alpha'
    ? { name, f: value, type: ATTRIBUTE_TYPE.float }
    : { name, i: value, type: ATTRIBUTE_TYPE.int }
}

function windowAttributes (size: number, { stride = 1, padding = 'valid' }: WindowOptions): Record<string, Attribute> {
  return {
    kernel_shape: [size, size],
    strides: [stride, stride],
    ...(padding === 'same' ? { auto_pad: 'SAME_UPPER' } : {}),
    ...(typeof padding === 'number' ? { pads: [padding, padding, padding, padding] } : {})
  }
}

/** Builds an ONNX graph operation by operation; each one returns the name of its result. */
export class Graph {
  readonly #name: string
  readonly #nodes: object[] = []
  readonly #initializers: object[] = []
  readonly #inputs: object[] = []
  readonly #outputs: object[] = []

  constructor (name: string) {
    this.#name = name
  }

  /** Any operator of ONNX's default domain. */
  op (type: string, inputs: string[], attributes: Record<string, Attribute> = {}): string {
    const output = `${type}_${this.#nodes.length}`
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value))
    this.#nodes.push({ input: inputs, output: [output], name: output, op_type: type, attribute })
    return output
  }

  /** Stores numbers in the graph. */
  constant ({ dims, data }: Tensor): string {
    return this.#initializer(dims, DATA_TYPE.float, data)
  }

  /** Stores bytes or 32-bit whole numbers in the graph. */
  whole (dims: number[], data: Uint8Array | Int8Array | Int32Array): string {
    const type = data instanceof Int32Array ? 'int32' : data instanceof Int8Array ? 'int8' : 'uint8'
    return this.#initializer(dims, DATA_TYPE[type], data)
  }

  /** Stores whole numbers in the graph, for shapes, axes and places. */
  integers (...values: number[]): string {
    return this.#initializer([values.length], DATA_TYPE.int64, BigInt64Array.from(values, BigInt))
  }

  #initializer (dims: number[], type: number, { buffer, byteOffset, byteLength }: NodeJS.TypedArray): string {
    const raw = Buffer.from(buffer, byteOffset, byteLength)
    const name = `constant_${this.#initializers.length}`
    this.#initializers.push({ dims, data_type: type, name, raw_data: raw })
    return name
  }

  /** The input `image`: bytes, N × height × width × RGB; returns it as numbers, N × RGB × height × width. */
  image (height: number | string, width: number | string): string {
    this.#inputs.push(this.#value('image', DATA_TYPE.uint8, ['N', height, width, 3]))
    return this.op('Transpose', [this.op('Cast', ['image'], { to: DATA_TYPE.float })], { perm: [0, 3, 1, 2] })
  }

  /** `(x - mean) / divisor`, a mean for each channel, and one divisor or as many. */
  normalise (x: string, mean: readonly number[], divisor: number | readonly number[]): string {
    const each = (values: readonly number[]): string =>
      this.constant({ dims: [1, values.length, 1, 1], data: Float32Array.from(values) })
    const centred = this.op('Sub', [x, each(mean)])
    const all = (value: number): string => this.constant({ dims: [], data: Float32Array.of(value) })
    return this.op('Div', [centred, typeof divisor === 'number' ? all(divisor) : each(divisor)])
  }

  /** Convolution with filters in ONNX's order. */
  conv (x: string, filters: Tensor, bias: Float32Array | null, options: ConvOptions = {}): string {
    const weights = this.constant(filters)
    const offsets = bias && this.constant({ dims: [bias.length], data: bias })
    return this.convolve(x, weights, offsets, filters.dims[2]!, options)
  }

  /** The same with filters of `size`² that the graph has already. */
  convolve (x: string, filters: string, bias: string | null, size: number, options: ConvOptions = {}): string {
    return this.op('Conv', bias === null ? [x, filters] : [x, filters, bias], {
      ...windowAttributes(size, options), group: options.groups ?? 1
    })
  }

  pool (type: 'MaxPool' | 'AveragePool', x: string, size: number, options: WindowOptions): string {
    return this.op(type, [x], windowAttributes(size, options))
  }

  relu6 (x: string): string {
    const scalar = (value: number): string => this.constant({ dims: [], data: Float32Array.of(value) })
    return this.op('Clip', [x, scalar(0), scalar(6)])
  }

  /** Declares a result under a name of its own. */
  output (name: string, from: string, dims: Dims): void {
    this.#nodes.push({ input: [from], output: [name], name, op_type: 'Identity' })
    this.#outputs.push(this.#value(name, DATA_TYPE.float, dims))
  }

  #value (name: string, type: number, dims: Dims): object {
    const dim = dims.map((size) => typeof size === 'number' ? { dim_value: size } : { dim_param: size })
    return { name, type: { tensor_type: { elem_type: type, shape: { dim } } } }
  }

  /** The finished ONNX file. */
  encode (): Uint8Array {
    return encodeModel({
      name: this.#name, node: this.#nodes, initializer: this.#initializers, input: this.#inputs, output: this.#outputs
    })
  }
}
