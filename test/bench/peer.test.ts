import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { startPeer } from '../../bench/peer.ts'
import { temporaryFolder } from '../helper.ts'

/** The command of a program that says its name and then answers each line as `answer`, of the variable `path`, says. */
async function program (t: TestContext, answer: string): Promise<string> {
  const file = join(await temporaryFolder(t), 'peer.mjs')
  await writeFile(file, `
    import { createInterface } from 'node:readline'
    console.log('somebody 1.0')
    for await (const path of createInterface({ input: process.stdin })) ${answer}`)
  return `'${process.execPath}' '${file}'`
}

test('another program gives its name, and for each photo in turn its encoding or that it finds no face', async (t) => {
  const peer =
    await startPeer(await program(t, 'console.log(JSON.stringify(path === "none.jpg" ? null : [path.length, 0.25]))'))
  assert.equal(peer.name, 'somebody 1.0')
  assert.deepEqual(await peer.encode('a photo.jpg'), Float32Array.of(11, 0.25))
  assert.equal(await peer.encode('none.jpg'), null)
  assert.deepEqual(await peer.encode('b.jpg'), Float32Array.of(5, 0.25))
  await peer.close()
})

test('a program that answers otherwise, or not, is told with its command in one line', async (t) => {
  await assert.rejects(startPeer('exit 3'), {
    name: 'CommandError', message: 'exit 3: ended with 3 before it had answered'
  })
  const cases: ReadonlyArray<[answer: string, message: RegExp]> = [
    ['process.exit(4)', /: ended with 4 before it had answered$/],
    ['console.log("oops")', /: expected null or some numbers for a photo, found "oops"$/],
    ['console.log("[1,\\"two\\"]")', /: expected null or some numbers/],
    ['console.log("[]")', /: expected null or some numbers/],
    [
      'console.log(path === "first" ? "[1,2]" : "[1,2,3]")',
      /: expected null or 2 numbers for a photo, found "\[1,2,3\]"$/
    ]
  ]
  for (const [answer, message] of cases) {
    const command = await program(t, answer)
    const peer = await startPeer(command)
    await assert.rejects(peer.encode('first').then(() => peer.encode('second')), (err) =>
      err instanceof Error && err.name === 'CommandError' && err.message.startsWith(command) &&
        message.test(err.message), answer)
    await peer.close()
  }
})
