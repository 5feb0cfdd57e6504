import { plainArithmetic, type Arithmetic } from './arithmetic.ts'
import { principalAxes, product } from './axes.ts'
import { Graph } from './graph.ts'
import { DATA_TYPE, decodeModel, type StoredGraph, type StoredNode, type StoredTensor } from './onnx-format.ts'
import { scaleFilters, type Tensor } from './weights.ts'

/** How a recognition network that comes as a file is fed, and what it gives. */
export interface Rebuild {
  /** Side of the square pictures it takes, in pixels. */
  side: number
  /** The order of the colours that it takes; a byte of each enters as (byte - mean) / divisor, in that order. */
  channels: 'rgb' | 'bgr'
  mean: readonly number[]
  divisor: readonly number[]
  /** How many numbers the rebuilt network gives; if they are fewer than it had, on the axes that those hardly leave. */
  length: number
}

function tensorOf ({ dims, data_type: type, name, raw_data: bytes }: StoredTensor): Tensor {
  if (type !== DATA_TYPE.float) throw new Error(`${name}: only numbers of 32 bits can be read`)
  return { dims: [...dims], data: new Float32Array(new Uint8Array(bytes).buffer) }
}

/** Multiplies what each input channel gives by its factor. */
function scaleInputs ({ dims, data }: Tensor, factors: Float32Array): Tensor {
  const [outputs, inputs, height, width] = dims as [number, number, number, number]
  // A depthwise convolution has one input channel for each output channel.
  const channelOf = (i: number): number =>
    inputs === 1 ? Math.floor(i * outputs / data.length) : Math.floor(i / (height * width)) % inputs
  return { dims, data: data.map((value, i) => value * factors[channelOf(i)]!) }
}

/** The last layer seen along the axes in which its weights and its bias hold nearly all that they give. */
function projected (filters: Tensor, bias: Float32Array, length: number): { filters: Tensor, bias: Float32Array } {
  const [outputs, inputs] = filters.dims as [number, number]
  const columns = inputs + 1
  const data = new Float64Array(outputs * columns)
  for (let row = 0; row < outputs; row++) {
    data.set(filters.data.subarray(row * inputs, (row + 1) * inputs), row * columns)
    data[row * columns + inputs] = bias[row]!
  }
  const layer = { rows: outputs, columns, data }
  const seen = product(principalAxes(layer, length), layer)
  const row = (i: number): Float64Array => seen.data.subarray(i * columns, (i + 1) * columns)
  const weights = new Float32Array(length * inputs)
  for (let i = 0; i < length; i++) weights.set(row(i).subarray(0, inputs), i * inputs)
  return {
    filters: { dims: [length, inputs, 1, 1], data: weights },
    bias: Float32Array.from({ length }, (_, i) => row(i)[inputs]!)
  }
}

/** What is in the file: its operations, its constants, and the operation that takes a result. */
interface Read {
  stored: StoredGraph
  tensors: Map<string, StoredTensor>
  userOf (name: string): StoredNode | undefined
}

function read (file: Uint8Array): Read {
  const stored = decodeModel(file)
  const tensors = new Map(stored.initializer.map((tensor) => [tensor.name, tensor]))
  for (const { op_type: type, output, attribute } of stored.node) {
    const value = attribute.find(({ name }) => name === 'value')?.t
    if (type === 'Constant' && value) tensors.set(output[0]!, value)
  }
  return { stored, tensors, userOf: (name) => stored.node.find(({ input }) => input.includes(name)) }
}

/**
 * Builds the recognition network in the file anew as a graph like the others: `image` [N,side,side,3] bytes RGB, an
 * aligned chip, to `encoding` [N,length] of length 1. Equal to the file but for rounding and for what lies beyond the
 * axes. Throws for a network that is made of other parts than those listed here.
 */
export function rebuild (
  name: string,
  file: Uint8Array,
  { side, channels, mean, divisor, length }: Rebuild,
  arithmeticOf: (graph: Graph) => Arithmetic = plainArithmetic
): Graph {
  const { stored, tensors, userOf } = read(file)
  const graph = new Graph(name)
  const { activation, conv: convolve } = arithmeticOf(graph)
  /** Results by their names in the file. */
  const results = new Map<string, string>()
  /** Results that are the negative of what the file has, for channels where this is -1. */
  const signs = new Map<string, Float32Array>()

  const tensor = (key: string | undefined): Tensor => {
    const found = key === undefined ? undefined : tensors.get(key)
    if (!found) throw new Error(`${name}: no constant called ${key}`)
    return tensorOf(found)
  }
  const result = (key: string): string => {
    if (signs.has(key)) throw new Error(`${name}: ${key} has channels of the other sign`)
    const found = results.get(key)
    if (found === undefined) throw new Error(`${name}: no result called ${key}`)
    return found
  }

  function conv ({ input: [x, weights, offsets], output, attribute }: StoredNode): string {
    const ints = (key: string): readonly number[] => attribute.find(({ name }) => name === key)?.ints ?? []
    const [stride = 1] = ints('strides')
    const [padding = 0] = ints('pads')
    if (ints('pads').some((value) => value !== padding) || ints('dilations').some((value) => value !== 1)) {
      throw new Error(`${name}: a convolution with uneven borders or holes`)
    }
    let filters = tensor(weights)
    let bias = tensor(offsets).data
    const turned = signs.get(x!)
    if (turned) filters = scaleInputs(filters, turned)
    const user = userOf(output[0]!)
    if (user?.op_type === 'PRelu' && tensor(user.input[1]).data.length > 1) {
      const slopes = tensor(user.input[1]).data.map((slope) => Math.abs(1 - slope))
      filters = scaleFilters(filters, slopes)
      bias = bias.map((value, i) => value * slopes[i]!)
    }
    const isLast = user?.op_type === 'Reshape'
    if (isLast && bias.length > length) ({ filters, bias } = projected(filters, bias, length))
    const groups = attribute.find(({ name }) => name === 'group')?.i ?? 1
    // An encoding is made of few numbers and deserves all their digits.
    const make = isLast ? graph.conv.bind(graph) : convolve
    return make(turned ? results.get(x!)! : result(x!), filters, bias, { stride, padding, groups })
  }

  /**
   * ONNX Runtime has no kernel of its blocked layout for PReLU, so each would leave and re-enter that layout. With the
   * convolution before scaled by |1 - a| to z, `PReLU(y) = a·y + (1 - a)·max(y, 0)` is `max(z, 0) + z·a / |1 - a|`, or
   * the negative of `max(z, 0) - z·a / |1 - a|` where a > 1: a depthwise convolution of one pixel, and a sign that the
   * next convolution takes back.
   */
  function prelu ({ input: [x, slopes], output }: StoredNode): string {
    const { data } = tensor(slopes)
    if (data.length === 1) return graph.op('LeakyRelu', [result(x!)], { alpha: data[0]! })
    const sign = data.map((slope) => Math.sign(1 - slope))
    if (sign.includes(0)) throw new Error(`${name}: a PReLU that changes nothing`)
    if (sign.includes(-1)) signs.set(output[0]!, sign)
    const factors = data.map((slope, i) => sign[i]! * slope / Math.abs(1 - slope))
    const z = result(x!)
    const linear = graph.conv(z, { dims: [factors.length, 1, 1, 1], data: factors }, null, { groups: factors.length })
    return graph.op('Add', [graph.op('Relu', [z]), linear])
  }

  function translate (node: StoredNode): string {
    const { op_type: type, input: [x, y], output: [key] } = node
    const constant = (input: string | undefined): string => graph.constant(tensor(input))
    const other = (): string => tensors.has(y!) ? constant(y) : result(y!)
    switch (type) {
      case 'Conv': return conv(node)
      case 'PRelu': return prelu(node)
      case 'Clip': return graph.op('Clip', [result(x!), constant(y), constant(node.input[2])])
      case 'Gemm': return graph.op('Gemm', [result(x!), constant(y), constant(node.input[2])], { transB: 1 })
      case 'Add': case 'Mul': case 'Sub': return graph.op(type, [result(x!), other()])
      case 'Relu': case 'Sigmoid': case 'GlobalAveragePool': case 'Flatten': return graph.op(type, [result(x!)])
      // The last one: the graph gives any number of pictures their encodings, not one.
      case 'Reshape': return graph.op('Flatten', [result(x!)])
      default: throw new Error(`${name}: ${key}: ${type} is none of the operations that can be rebuilt`)
    }
  }

  const pixels = graph.image(side, side)
  const ordered = channels === 'rgb' ? pixels : graph.op('Gather', [pixels, graph.integers(2, 1, 0)], { axis: 1 })
  const input = stored.input.find(({ name: key }) => !tensors.has(key))!
  results.set(input.name, activation('pixels', graph.normalise(ordered, mean, divisor)))
  for (const node of stored.node) {
    if (node.op_type === 'Constant') continue
    const key = node.output[0]!
    const made = translate(node)
    // What a convolution gives is not seen before it is cut off, and an encoding is made of few numbers.
    const isHidden = ['Relu', 'Clip', 'PRelu', 'Reshape'].includes(userOf(key)?.op_type ?? 'Reshape')
    results.set(key, isHidden ? made : activation(key, made))
  }
  const numbers = graph.op('LpNormalization', [result(stored.output[0]!.name)], { axis: 1, p: 2 })
  graph.output('encoding', numbers, ['N', length])
  return graph
}
