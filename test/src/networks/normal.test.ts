import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probit } from '../../../src/networks/normal.ts'

test('the normal quantile is that of the tables', () => {
  for (const [probability, z] of [
    [0.5, 0], [0.975, 1.9599639845], [0.01, -2.3263478740], [1e-4, -3.7190164855], [1e-6, -4.7534243088]
  ] as const) {
    assert.ok(Math.abs(probit(probability) - z) < 1e-8, `${probability}`)
  }
})
