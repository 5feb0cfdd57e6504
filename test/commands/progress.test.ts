import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgress } from '../../commands/progress.ts'

function written (isTTY: boolean, total: number): string {
  let text = ''
  const progress = createProgress(total, 'photos', {
    isTTY, write: (part: string | Uint8Array) => { text += String(part); return true }
  })
  for (let done = 1; done <= total; done++) progress(done)
  return text
}

test('off a terminal there is a line for each tenth, none of them drawn over', () => {
  const lines = written(false, 200).trimEnd().split('\n')
  assert.deepEqual(lines.map((line) => line.split(' ')[0]), Array.from({ length: 10 }, (_, i) => `${(i + 1) * 20}/200`))
})

test('on a terminal one line is drawn over and over, full at the end', () => {
  const text = written(true, 5)
  assert.equal(text.split('\n').length, 2)
  assert.match(text, /^\r/)
  assert.ok(text.endsWith(`\r${'█'.repeat(30)} 5/5 photos, 0 s left \u001b[K\n`))
})
