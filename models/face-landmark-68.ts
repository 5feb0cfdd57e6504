import { Graph } from './graph.ts'
import { convFilters, depthwiseFilters, readWeights } from './weights.ts'

const MEAN_RGB = [122.782, 117.001, 104.298]

/**
 * face-api's landmark network: four dense blocks (Huang et al. 2016) of depthwise separable convolutions (Chollet
 * 2016). `image` [N,112,112,3] bytes RGB, a face, to `points` [N,136]: x, y of 68 points in 0..1 of the image.
 */
export async function faceLandmark68 (): Promise<Graph> {
  const weights = await readWeights('face_landmark_68')
  const graph = new Graph('face_landmark_68')

  function separable (x: string, name: string, stride: number): string {
    const depthwise = depthwiseFilters(weights(`${name}/depthwise_filter`))
    const spread = graph.conv(x, depthwise, null, { stride, padding: 'same', groups: depthwise.dims[0]! })
    return graph.conv(spread, convFilters(weights(`${name}/pointwise_filter`)), weights(`${name}/bias`).data)
  }

  function dense (x: string, name: string): string {
    const first = name === 'dense0'
      ? graph.conv(x, convFilters(weights('dense0/conv0/filters')), weights('dense0/conv0/bias').data, {
        stride: 2, padding: 'same'
      })
      : separable(x, `${name}/conv0`, 2)
    let sum = graph.op('Relu', [first])
    let activated = sum
    for (const layer of ['conv1', 'conv2', 'conv3']) {
      sum = graph.op('Add', [sum, separable(activated, `${name}/${layer}`, 1)])
      activated = graph.op('Relu', [sum])
    }
    return activated
  }

  let x = graph.normalise(graph.image(112, 112), MEAN_RGB, 255)
  for (const name of ['dense0', 'dense1', 'dense2', 'dense3']) x = dense(x, name)
  x = graph.op('Flatten', [graph.pool('AveragePool', x, 7, { stride: 2 })])
  const bias = weights('fc/bias')
  const products = graph.op('MatMul', [x, graph.constant(weights('fc/weights'))])
  graph.output('points', graph.op('Add', [products, graph.constant(bias)]), ['N', 136])
  return graph
}
