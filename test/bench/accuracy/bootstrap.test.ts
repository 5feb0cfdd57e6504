import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawPeople, rateOf, type Weights } from '../../../bench/accuracy/bootstrap.ts'
import { seeded } from '../../support/seeded.ts'

/** The share of the trials of the people drawn that were events. */
function share (events: readonly boolean[][]): (weights: Weights) => number {
  return (weights) => {
    let [tried, happened] = [0, 0]
    for (const [person, trials] of events.entries()) {
      tried += weights[person]! * trials.length
      happened += weights[person]! * trials.filter(Boolean).length
    }
    return happened / tried
  }
}

test('people are drawn as many as there are, each about as often, and the same again for a seed', () => {
  const draws = drawPeople(50, 7)
  assert.ok(draws.every((weights) => weights.reduce((sum, weight) => sum + weight, 0) === 50))
  const times = draws.reduce((sum, weights) => sum + weights[3]!, 0) / draws.length
  assert.ok(Math.abs(times - 1) < 0.15, `${times}`)
  assert.deepEqual(drawPeople(50, 7), draws)
  assert.notDeepEqual(drawPeople(50, 8), draws)
})

test('the interval holds the true rate about 19 times of 20, also where photos of one person fail together', (t) => {
  const random = seeded(t)
  const [truth, people, rounds] = [0.1, 150, 60]
  const draws = drawPeople(people, 1)
  let held = 0
  for (let round = 0; round < rounds; round++) {
    // Of each person either all four photos fail or none.
    const events = Array.from({ length: people }, () => Array(4).fill(random() < truth))
    const { rate, least, most } = rateOf(share(events), draws, people)
    assert.ok(least <= rate && rate <= most)
    if (least <= truth && truth <= most) held++
  }
  // 57 are expected; taken for independent, the 600 photos would give 41.
  assert.ok(held >= 50, `${held} of ${rounds}`)
})

test('where nothing happened the interval goes as far as so few people can tell; without trials there is none', () => {
  const draws = drawPeople(60, 1)
  assert.deepEqual(rateOf(share(Array(60).fill([false, false])), draws, 60), { rate: 0, least: 0, most: 0.05 })
  assert.deepEqual(rateOf(share(Array(60).fill([])), draws, 0), { rate: NaN, least: NaN, most: NaN })
})
