import assert from 'node:assert/strict'
import { test } from 'node:test'
import { giveWay, inTurn, longPhotos } from '../../workers/turns.ts'

/** Something that happens when it is told to. */
function event (): { happened: Promise<void>, happen: () => void } {
  let happen = (): void => {}
  const happened = new Promise<void>((resolve) => { happen = resolve })
  return { happened, happen }
}

interface Steps { decoded?: Promise<void>, looked?: Promise<void>, isLong?: boolean, fails?: boolean }

/** A photo that writes down what happens to it. */
function photo (name: string, story: string[], { decoded, looked, isLong, fails }: Steps = {}): Promise<void> {
  return inTurn(async (turn) => {
    story.push(`${name} decodes`)
    await decoded
    await turn()
    story.push(`${name} begins`)
    await looked
    if (isLong) await giveWay()
    if (fails) throw new Error(name)
    story.push(`${name} ends`)
  })
}

test('photos are decoded at once and looked at one after the other, in the order in which they are ready', async () => {
  const story: string[] = []
  const slow = event()
  const photos = [photo('a', story, { decoded: slow.happened }), photo('b', story), photo('c', story)]
  await photos[1]
  slow.happen()
  await Promise.all(photos)
  assert.deepEqual(story.slice(0, 3), ['a decodes', 'b decodes', 'c decodes'])
  assert.deepEqual(story.slice(3), ['b begins', 'b ends', 'c begins', 'c ends', 'a begins', 'a ends'])
})

test('one that takes long lets the other go first, even if that is still to be ' +
  'decoded, and takes no more', async () => {
  const story: string[] = []
  const [looked, decoded, short] = [event(), event(), event()]
  const photos = [
    photo('long', story, { isLong: true, looked: looked.happened }),
    photo('short', story, { decoded: decoded.happened, looked: short.happened })
  ]
  looked.happen()
  setImmediate(decoded.happen)
  setImmediate(() => setImmediate(() => {
    assert.equal(longPhotos[0], 1)
    short.happen()
  }))
  await Promise.all(photos)
  assert.deepEqual(story.slice(2), ['long begins', 'short begins', 'short ends', 'long ends'])
  assert.equal(longPhotos[0], 0)
})

test('one that takes long goes on when there is no other, or that is not decoded soon', async () => {
  const story: string[] = []
  await photo('long', story, { isLong: true })
  const never = event()
  const other = photo('other', story, { decoded: never.happened })
  await photo('again', story, { isLong: true })
  never.happen()
  await other
  assert.deepEqual(story, [
    'long decodes', 'long begins', 'long ends', 'other decodes', 'again decodes', 'again begins', 'again ends',
    'other begins', 'other ends'
  ])
})

test('one that fails ends its turn, and one that never had it takes none away', async () => {
  const story: string[] = []
  const failing = photo('bad', story, { isLong: true, fails: true })
  await assert.rejects(inTurn(() => Promise.reject(new Error('unreadable'))), { message: 'unreadable' })
  await assert.rejects(failing, { message: 'bad' })
  await photo('good', story)
  assert.equal(story.at(-1), 'good ends')
  assert.equal(longPhotos[0], 0)
})
