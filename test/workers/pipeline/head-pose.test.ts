import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimateHeadPose } from '../../../workers/pipeline/head-pose.ts'

test('a head turned, nodding and tilted by known angles is seen so', () => {
  /** Places on a head of its own: x to the right, y down, z away, in millimetres. */
  const head: ReadonlyArray<[landmark: number, place: [x: number, y: number, z: number]]> = [
    [8, [0, 86, 42]], [27, [0, -36, 20]], [30, [0, 0, 0]], [33, [0, 12, 15]], [36, [-45, -36, 42]],
    [39, [-20, -36, 36]], [42, [20, -36, 36]], [45, [45, -36, 42]], [48, [-29, 35, 40]], [54, [29, 35, 40]]
  ]
  const radians = (degrees: number): number => degrees * Math.PI / 180
  const seen = (yaw: number, pitch: number, roll: number): Float64Array => {
    const [a, b, c] = [-radians(yaw), -radians(pitch), radians(roll)]
    const landmarks = new Float64Array(136)
    for (const [i, [x0, y0, z0]] of head) {
      const [y1, z1] = [y0 * Math.cos(b) - z0 * Math.sin(b), y0 * Math.sin(b) + z0 * Math.cos(b)]
      const x2 = x0 * Math.cos(a) + z1 * Math.sin(a)
      landmarks[2 * i] = 300 + 2 * (x2 * Math.cos(c) - y1 * Math.sin(c))
      landmarks[2 * i + 1] = 200 + 2 * (x2 * Math.sin(c) + y1 * Math.cos(c))
    }
    return landmarks
  }
  const upright = estimateHeadPose(seen(0, 0, 0)).pitch
  const turns = [[0, 0, 0], [25, 0, 0], [-40, 0, 0], [0, 20, 0], [0, -15, 0], [20, 10, 30]] as const
  for (const [yaw, pitch, roll] of turns) {
    const pose = estimateHeadPose(seen(yaw, pitch, roll))
    const off = [pose.yaw - yaw, pose.pitch - upright - pitch, pose.roll - roll]
    assert.ok(off.every((error) => Math.abs(error) < 4), `${[yaw, pitch, roll].join(', ')}: off by ${off.join(', ')}`)
  }
})
