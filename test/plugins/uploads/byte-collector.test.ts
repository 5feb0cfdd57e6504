import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createByteCollector } from '../../../plugins/uploads/byte-collector.ts'
import { seeded } from '../../support/seeded.ts'

test('pieces of any size come out as they came in, and what is held is what was asked for', (t) => {
  const random = seeded(t)
  for (const pieceMax of [1, 100, 5_000, 300_000]) {
    let held = 0
    const bytes = createByteCollector({ hold: (more) => { held += more }, signal: new AbortController().signal })
    const pieces: Buffer[] = []
    for (let i = 0; i < 60; i++) {
      const piece = Buffer.alloc(random.below(pieceMax + 1), i)
      pieces.push(piece)
      bytes.add(piece)
      assert.ok(held >= bytes.byteLength() && held <= 2 * bytes.byteLength() + 4096, `${held}`)
    }
    const whole = Buffer.concat(pieces)
    assert.equal(bytes.byteLength(), whole.length)
    const taken = bytes.take()
    assert.ok(Buffer.from(taken).equals(whole))
    assert.equal(taken.byteLength, whole.length)
    assert.equal(bytes.byteLength(), 0)
  }
})
