import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { DATA_TYPE, encodeModel } from '../../../models/onnx-format.ts'
import { openRawNetwork } from '../../../workers/backends/raw-network.ts'
import { temporaryFolder } from '../../helper.ts'

const ARCFACE_SIDE = 112
const PIXELS = ARCFACE_SIDE ** 2
/** Bytes as they are. */
const PLAIN = { channels: 'rgb', mean: 0, divisor: 1 } as const
const PLANES = [1, 3, ARCFACE_SIDE, ARCFACE_SIDE]

const integers = (name: string, ...values: number[]): object =>
  ({
    name,
    dims: [values.length],
    data_type: DATA_TYPE.int64,
    raw_data: Buffer.from(BigInt64Array.from(values, BigInt).buffer)
  })

const value = (name: string, dims: Array<number | string>, type: number): object => {
  const dim = dims.map((size) => typeof size === 'number' ? { dim_value: size } : { dim_param: size })
  return { name, type: { tensor_type: { elem_type: type, shape: { dim } } } }
}

/** A network whose encoding is the first `length` numbers that it is fed. */
async function peephole (
  t: TestContext, dims: Array<number | string>, length: number, type: number = DATA_TYPE.float
): Promise<string> {
  const path = join(await temporaryFolder(t), 'peephole.onnx')
  await writeFile(path, encodeModel({
    name: 'peephole',
    node: [
      { op_type: 'Reshape', name: 'row', input: ['pixels', 'flat'], output: ['row'] },
      { op_type: 'Slice', name: 'first', input: ['row', 'from', 'to', 'axis'], output: ['first'] },
      {
        op_type: 'Cast',
        name: 'numbers',
        input: ['first'],
        output: ['numbers'],
        attribute: [{ name: 'to', i: DATA_TYPE.float, type: 2 }]
      }
    ],
    initializer: [integers('flat', 1, -1), integers('from', 0), integers('to', length), integers('axis', 1)],
    input: [value('pixels', dims, type)],
    output: [value('numbers', [1, 'length'], DATA_TYPE.float)]
  }))
  return path
}

/** Chips in which every byte differs from its neighbours. */
const chips = (count: number): Uint8Array =>
  Uint8Array.from({ length: count * PIXELS * 3 }, (_, i) => 1 + Math.imul(i, 2654435761) % 251 & 255)

function assertClose (found: Float32Array, expected: number[]): void {
  const length = Math.hypot(...expected)
  assert.equal(found.length, expected.length)
  for (const [i, number] of expected.entries()) assert.ok(Math.abs(found[i]! - number / length) < 1e-6, `${i}`)
}

test('planes of the right colour, scaled as described, give an encoding of length 1', async (t) => {
  const rgb = chips(2)
  for (const [channels, first] of [['rgb', 0], ['bgr', 2]] as const) {
    const path = await peephole(t, PLANES, 256)
    const encode = await openRawNetwork(path, ARCFACE_SIDE, { channels, mean: 127, divisor: 128 })
    const encodings = await encode(rgb, 2)
    for (const chip of [0, 1]) {
      const expected = Array.from({ length: 256 }, (_, i) => (rgb[(chip * PIXELS + i) * 3 + first]! - 127) / 128)
      assertClose(encodings.slice(chip * 256, (chip + 1) * 256), expected)
    }
  }
})

test('a network may take its colours pixel by pixel, and any number of pictures', async (t) => {
  const rgb = chips(1)
  const path = await peephole(t, ['N', ARCFACE_SIDE, ARCFACE_SIDE, 3], 128)
  const encode = await openRawNetwork(path, ARCFACE_SIDE, PLAIN)
  assertClose(await encode(rgb, 1), [...rgb.subarray(0, 128)])
  const reversed = Array.from({ length: 128 }, (_, i) => rgb[3 * Math.floor(i / 3) + 2 - i % 3]!)
  assertClose(await (await openRawNetwork(path, ARCFACE_SIDE, { ...PLAIN, channels: 'bgr' }))(rgb, 1), reversed)
})

test('a network that takes something else is refused, naming the file', async (t) => {
  for (const [dims, type] of [
    [[1, 3, 96, 96], DATA_TYPE.float], [[1, 1, 112, 112], DATA_TYPE.float], [[1, 3, 112], DATA_TYPE.float],
    [PLANES, DATA_TYPE.uint8]
  ] as const) {
    const path = await peephole(t, [...dims], 128, type)
    await assert.rejects(openRawNetwork(path, ARCFACE_SIDE, PLAIN), (err: Error) =>
      err.message.startsWith(`${path} is not an ArcFace-style network: `))
  }
})

test('a network that gives too few, too many or an odd number of numbers is refused, naming the file', async (t) => {
  for (const length of [64, 130, 1024]) {
    const path = await peephole(t, PLANES, length)
    const encode = await openRawNetwork(path, ARCFACE_SIDE, PLAIN)
    await assert.rejects(encode(chips(1), 1), (err: Error) =>
      err.message.startsWith(`${path} gives ${length} numbers: `))
  }
})
