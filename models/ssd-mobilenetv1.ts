import { Graph } from './graph.ts'
import { convFilters, depthwiseFilters, readWeights, scaleFilters, type Tensor } from './weights.ts'

/** Default boxes over all six feature maps. */
const ANCHORS = 5118
const BATCH_NORM_EPSILON = 0.0010000000474974513
/** Depthwise layers that halve the picture. */
const HALVING = [2, 4, 6, 12]
/** Divisors of the box encoding: place, size (Liu et al. 2016). */
const PLACE_VARIANCE = 10
const SIZE_VARIANCE = 5

/** Centre y, x and height, width of boxes given as top, left, bottom, right. */
function centred ({ data }: Tensor): { centres: Tensor, sizes: Tensor } {
  const centres = new Float32Array(ANCHORS * 2)
  const sizes = new Float32Array(ANCHORS * 2)
  for (let i = 0; i < ANCHORS; i++) {
    for (let axis = 0; axis < 2; axis++) {
      const [from, to] = [data[4 * i + axis]!, data[4 * i + 2 + axis]!]
      sizes[2 * i + axis] = to - from
      centres[2 * i + axis] = from + (to - from) / 2
    }
  }
  const dims = [1, ANCHORS, 2]
  return { centres: { dims, data: centres }, sizes: { dims, data: sizes } }
}

/**
 * The SSD face detector (Liu et al. 2016) on MobileNet v1 (Howard et al. 2017) that face-api carries. `image`
 * [N,512,512,3] bytes RGB to `scores` [N,5118] in 0..1 and `boxes` [N,5118,4]: top, left, bottom, right in 0..1 of the
 * image, before non-maximum suppression.
 */
export async function ssdMobilenetv1 (): Promise<Graph> {
  const weights = await readWeights('ssd_mobilenetv1')
  const graph = new Graph('ssd_mobilenetv1')
  const constant = (value: number): string => graph.constant({ dims: [], data: Float32Array.of(value) })

  function conv (x: string, name: string, stride: number): string {
    const bias = weights(`${name}/convolution_bn_offset`).data
    return graph.relu6(graph.conv(x, convFilters(weights(`${name}/weights`)), bias, { stride, padding: 'same' }))
  }

  function depthwise (x: string, name: string, stride: number): string {
    const norm = (part: string): Float32Array => weights(`${name}/BatchNorm/${part}`).data
    const [gamma, beta, mean, variance] = [norm('gamma'), norm('beta'), norm('moving_mean'), norm('moving_variance')]
    const factors = gamma.map((value, i) => value / Math.sqrt(variance[i]! + BATCH_NORM_EPSILON))
    const filters = scaleFilters(depthwiseFilters(weights(`${name}/depthwise_weights`)), factors)
    const bias = beta.map((value, i) => value - mean[i]! * factors[i]!)
    return graph.relu6(graph.conv(x, filters, bias, { stride, padding: 'same', groups: factors.length }))
  }

  /** One prediction of `width` numbers for each default box of a feature map, N × boxes × width. */
  function predict (x: string, name: string, width: number): string {
    const map = graph.conv(x, convFilters(weights(`${name}/weights`)), weights(`${name}/biases`).data)
    return graph.op('Reshape', [graph.op('Transpose', [map], { perm: [0, 2, 3, 1] }), graph.integers(0, -1, width)])
  }

  function slice (x: string, from: number, to: number): string {
    return graph.op('Slice', [x, graph.integers(from), graph.integers(to), graph.integers(2)])
  }

  let x = graph.normalise(graph.image(512, 512), [127.5, 127.5, 127.5], 127.5)
  x = conv(x, 'MobilenetV1/Conv2d_0_pointwise', 2)
  const features: string[] = []
  for (let layer = 1; layer <= 13; layer++) {
    x = depthwise(x, `MobilenetV1/Conv2d_${layer}_depthwise`, HALVING.includes(layer) ? 2 : 1)
    x = conv(x, `MobilenetV1/Conv2d_${layer}_pointwise`, 1)
    if (layer === 11 || layer === 13) features.push(x)
  }
  for (let layer = 0; layer < 8; layer++) {
    x = conv(x, `Prediction/Conv2d_${layer}_pointwise`, layer % 2 === 0 ? 1 : 2)
    if (layer % 2 === 1) features.push(x)
  }
  const predictAll = (kind: string, width: number): string =>
    graph.op('Concat', features.map((feature, i) =>
      predict(feature, `Prediction/BoxPredictor_${i}/${kind}`, width)), { axis: 1 })

  // Three classes: background, face, and one that is never used.
  const faces = graph.op('Squeeze', [slice(predictAll('ClassPredictor', 3), 1, 2), graph.integers(2)])
  graph.output('scores', graph.op('Sigmoid', [faces]), ['N', ANCHORS])

  const anchors = centred(weights('Output/extra_dim'))
  const sizes = graph.constant(anchors.sizes)
  const encoded = predictAll('BoxEncodingPredictor', 4)
  const shift = graph.op('Mul', [graph.op('Div', [slice(encoded, 0, 2), constant(PLACE_VARIANCE)]), sizes])
  const centre = graph.op('Add', [shift, graph.constant(anchors.centres)])
  const stretch = graph.op('Exp', [graph.op('Div', [slice(encoded, 2, 4), constant(SIZE_VARIANCE)])])
  const half = graph.op('Div', [graph.op('Mul', [stretch, sizes]), constant(2)])
  const boxes = graph.op('Concat', [graph.op('Sub', [centre, half]), graph.op('Add', [centre, half])], { axis: 2 })
  graph.output('boxes', boxes, ['N', ANCHORS, 4])
  return graph
}
