import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTraceparent, traceparent } from '../../../src/observability/trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

test('a valid traceparent is understood, also one of a later version, and written as it came', () => {
  assert.deepEqual(readTraceparent(`00-${TRACE}-${SPAN}-01`), { traceId: TRACE, spanId: SPAN, flags: 1 })
  assert.deepEqual(readTraceparent(`00-${TRACE}-${SPAN}-02`), { traceId: TRACE, spanId: SPAN, flags: 0 })
  assert.deepEqual(readTraceparent(`cc-${TRACE}-${SPAN}-01-what-comes-later`), {
    traceId: TRACE, spanId: SPAN, flags: 1
  })
  for (const header of [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-00`]) {
    assert.equal(traceparent(readTraceparent(header)!), header)
  }
})

test('a traceparent that is not valid is ignored', () => {
  const invalid = [
    undefined, ['00'], '', 'door-17', `00-${TRACE}-${SPAN}`, `00-${TRACE}-${SPAN}-01-more`, `00-${TRACE}-${SPAN}-1`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`, `00-${'0'.repeat(32)}-${SPAN}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
    `cc-${TRACE}-${SPAN}-01more`
  ]
  for (const header of invalid) assert.equal(readTraceparent(header), null, String(header))
})
