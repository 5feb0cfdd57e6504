import { plainArithmetic, quantisedArithmetic, type Arithmetic } from './arithmetic.ts'
import { FACE_RECOGNITION_RANGES } from './face-recognition-ranges.ts'
import { Graph, type WindowOptions } from './graph.ts'
import { convFilters, readWeights, scaleFilters, type Tensor } from './weights.ts'

const MEAN_RGB = [122.782, 117.001, 104.298]
/** All that the bytes of a photo can become. */
const PIXEL_RANGE = [(0 - Math.max(...MEAN_RGB)) / 255, (255 - Math.min(...MEAN_RGB)) / 255] as const
/** Channels that a down-sampling block adds to its shortcut, as zeros. */
const WIDENED: Readonly<Record<string, number>> = { conv64_down: 32, conv128_down: 64, conv256_down: 128 }
/** Blocks whose main path ends one row and column short of the shortcut. */
const SHORT = ['conv256_down', 'conv256_down_out']

/**
 * dlib's face recognition network (dlib_face_recognition_resnet_model_v1, a ResNet-34 with fewer layers and filters; He
 * et al. 2015) as face-api carries it: `image` [N,150,150,3] bytes RGB, an aligned chip, to `encoding` [N,128].
 */
export async function faceRecognition (arithmeticOf: (graph: Graph) => Arithmetic = plainArithmetic): Promise<Graph> {
  const weights = await readWeights('face_recognition')
  const graph = new Graph('face_recognition')
  const { activation, conv: convolve } = arithmeticOf(graph)

  function conv (x: string, name: string, options: WindowOptions): string {
    const scale = weights(`${name}/scale/weights`).data
    const offset = weights(`${name}/scale/biases`).data
    const bias = weights(`${name}/conv/bias`).data.map((value, i) => value * scale[i]! + offset[i]!)
    return convolve(x, scaleFilters(convFilters(weights(`${name}/conv/filters`)), scale), bias, options)
  }

  const relu = (name: string, x: string): string => activation(name, graph.op('Relu', [x]))

  function residual (x: string, name: string): string {
    const inner = relu(`${name}/conv1`, conv(x, `${name}/conv1`, { padding: 1 }))
    const main = activation(`${name}/conv2`, conv(inner, `${name}/conv2`, { padding: 1 }))
    return relu(name, graph.op('Add', [main, x]))
  }

  function pad (x: string, channels: number, rows: number): string {
    return graph.op('Pad', [x, graph.integers(0, 0, 0, 0, 0, channels, rows, rows)])
  }

  function residualDown (x: string, name: string): string {
    const inner = relu(`${name}/conv1`, conv(x, `${name}/conv1`, { stride: 2 }))
    const main = activation(`${name}/conv2`, conv(inner, `${name}/conv2`, { padding: 1 }))
    const shortcut = activation(`${name}/shortcut`, graph.pool('AveragePool', x, 2, { stride: 2 }))
    const widened = WIDENED[name]
    return relu(name, graph.op('Add', [
      widened === undefined ? shortcut : activation(`${name}/shortcut`, pad(shortcut, widened, 0)),
      SHORT.includes(name) ? activation(`${name}/conv2`, pad(main, 0, 1)) : main
    ]))
  }

  let x = activation('pixels', graph.normalise(graph.image(150, 150), MEAN_RGB, 255))
  x = relu('conv32_down', conv(x, 'conv32_down', { stride: 2 }))
  x = activation('conv32_down', graph.pool('MaxPool', x, 3, { stride: 2 }))
  for (const name of ['conv32_1', 'conv32_2', 'conv32_3']) x = residual(x, name)
  x = residualDown(x, 'conv64_down')
  for (const name of ['conv64_1', 'conv64_2', 'conv64_3']) x = residual(x, name)
  x = residualDown(x, 'conv128_down')
  for (const name of ['conv128_1', 'conv128_2']) x = residual(x, name)
  x = residualDown(x, 'conv256_down')
  for (const name of ['conv256_1', 'conv256_2']) x = residual(x, name)
  x = residualDown(x, 'conv256_down_out')
  const average = graph.op('Flatten', [graph.op('GlobalAveragePool', [x])])
  const projection: Tensor = weights('fc')
  graph.output('encoding', graph.op('MatMul', [average, graph.constant(projection)]), ['N', 128])
  return graph
}

/** The same in 8 bits, up to the global average. Its encodings are close to those in 32 bits, but not comparable. */
export const faceRecognitionInt8 = (): Promise<Graph> =>
  faceRecognition(quantisedArithmetic({ ...FACE_RECOGNITION_RANGES, pixels: PIXEL_RANGE }))
