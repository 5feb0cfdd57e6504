import assert from 'node:assert/strict'
import { test } from 'node:test'
import { facesInGrid } from '../../../workers/backends/tiny-boxes.ts'

const SIDE = 160
const CELLS = SIDE / 32
const ANCHORS = 5
const PARTS = 5

/**
 * The network's output for one face, in the middle cell, whose width and height have this logarithm in anchors.
 */
function grid (logSize: number): Float32Array {
  const values = new Float32Array(ANCHORS * PARTS * CELLS * CELLS).fill(-20)
  const at = (part: number): number => (part * CELLS + 2) * CELLS + 2
  for (const [part, value] of [0, 0, logSize, logSize, 5].entries()) values[at(part)] = value
  return values
}

test('a face has the size of its anchor times what the network says, ' +
  'but never more than twice that of the picture', () => {
  const [usual] = facesInGrid(grid(0), SIDE)
  assert.ok(Math.abs(usual!.width - 32 * 1.603231) < 1e-3 && Math.abs(usual!.height - 32 * 2.094468) < 1e-3)
  for (const logSize of [5, 50, 1e4]) {
    const [huge] = facesInGrid(grid(logSize), SIDE)
    assert.deepEqual([huge!.left, huge!.top, huge!.width, huge!.height], [80 - 160, 80 - 160, 320, 320], `${logSize}`)
  }
})
