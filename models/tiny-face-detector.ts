import { Graph } from './graph.ts'
import { convFilters, depthwiseFilters, readWeights } from './weights.ts'

const MEAN_RGB = [117.001, 114.697, 97.404]
/** Slope of the leaky ReLU for negative numbers. */
const LEAK = 0.10000000149011612

/**
 * face-api's small detector, a Tiny YOLO v2 (Redmon, Farhadi 2016) with separable convolutions. `image` [N,H,W,3]
 * bytes RGB, H and W multiples of 32, to `grid` [N,25,H/32,W/32]: for each cell five anchors, and for each anchor x, y,
 * width, height and score as the network gives them, before sigmoid and exponential. Channel `5 * anchor + part`.
 *
 * In pixels, a cell being 32 of them: the centre is at `32 * (column + sigmoid(x))`, `32 * (row + sigmoid(y))`, the
 * size is `32 * anchor width * exp(width)`, `32 * anchor height * exp(height)`, the score is `sigmoid(score)`. The
 * anchors (width, height in cells) are (1.603231, 2.094468), (6.041143, 7.080126), (2.882459, 3.518061),
 * (4.266906, 5.178857) and (9.041765, 10.66308); face-api then keeps scores above 0.5 and suppresses overlaps above
 * 0.4. The test of parity decodes it so.
 */
export async function tinyFaceDetector (): Promise<Graph> {
  const weights = await readWeights('tiny_face_detector')
  const graph = new Graph('tiny_face_detector')
  const leaky = (x: string): string => graph.op('LeakyRelu', [x], { alpha: LEAK })

  function separable (x: string, name: string): string {
    const depthwise = depthwiseFilters(weights(`${name}/depthwise_filter`))
    const spread = graph.conv(x, depthwise, null, { padding: 1, groups: depthwise.dims[0]! })
    return leaky(graph.conv(spread, convFilters(weights(`${name}/pointwise_filter`)), weights(`${name}/bias`).data))
  }

  let x = graph.normalise(graph.image('H', 'W'), MEAN_RGB, 255)
  x = leaky(graph.conv(x, convFilters(weights('conv0/filters')), weights('conv0/bias').data))
  for (const name of ['conv1', 'conv2', 'conv3', 'conv4', 'conv5']) {
    x = separable(graph.pool('MaxPool', x, 2, { stride: 2, padding: 'same' }), name)
  }
  x = graph.pool('MaxPool', x, 2, { stride: 1, padding: 'same' })
  const grid = graph.conv(x, convFilters(weights('conv8/filters')), weights('conv8/bias').data)
  graph.output('grid', grid, ['N', 25, 'rows', 'columns'])
  return graph
}
