import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { temporaryFolder } from '../helper.ts'
import { distWithout, failToStart, logOf, startServer } from './server-process.ts'

const ADDON = 'tfjs_binding.node'
const NOT_DOWNLOADED = `The Node.js native addon module (${ADDON}) can not be found at path: /lib/${ADDON}`

/** A folder for `NODE_PATH` with a `@tensorflow/tfjs-node` whose addon is not a library; none without a main file. */
async function packages (t: TestContext, main?: string): Promise<string> {
  const dir = await temporaryFolder(t)
  if (main === undefined) return dir
  const tfjsNode = join(dir, '@tensorflow', 'tfjs-node')
  await mkdir(tfjsNode, { recursive: true })
  await writeFile(join(tfjsNode, 'index.js'), main)
  await writeFile(join(tfjsNode, ADDON), 'half a download')
  return dir
}

function installed (): string | false {
  try {
    return `${createRequire(import.meta.url).resolve('@tensorflow/tfjs-node')} is installed`
  } catch {
    return false
  }
}

test('a native TensorFlow that is missing or broken gives one line in the log, ' +
  'and WebAssembly serves', { skip: installed() }, async (t) => {
  const cases: Array<[main: string | undefined, why: RegExp]> = [
    [undefined, /^it is not installed$/],
    // In the words of tfjs-node.
    [
      `throw new Error(${JSON.stringify(`${NOT_DOWNLOADED}. \nPlease run command 'npm rebuild'`)})`,
      /^The Node\.js .*\/tfjs_binding\.node$/
    ],
    [`require('./${ADDON}')`, /^\/.*\/tfjs_binding\.node: [^\n]+[^.\n]$/]
  ]
  await Promise.all(cases.map(async ([main, why]) => {
    const server = await startServer(t, {
      INFERENCE_BACKEND: 'tfjs', FACE_DATA_DIR: await temporaryFolder(t), NODE_PATH: await packages(t, main)
    })
    const lines = logOf(server).map(({ msg }) => msg).filter((msg) => msg.includes('tfjs-node'))
    assert.equal(lines.length, 1, server.output())
    const [, reason = ''] =
      /^@tensorflow\/tfjs-node cannot be used: ([^]*); the networks run on WebAssembly$/.exec(lines[0]!) ?? []
    assert.match(reason, why)
    assert.equal((await fetch(`${server.url}/health/ready`)).status, 200)
  }))
})

test('TensorFlow.js that is not installed stops the start with one line, and ONNX Runtime does without', async (t) => {
  const dist = await distWithout(t, '@tensorflow')
  const FACE_DATA_DIR = await temporaryFolder(t)
  const { code, output } = await failToStart(t, { FACE_DATA_DIR, INFERENCE_BACKEND: 'tfjs' }, { dist })
  assert.deepEqual(output.split('\n').filter((line) => !line.startsWith('{')), [
    'INFERENCE_BACKEND=tfjs needs TensorFlow.js, which is not installed: npm run install:tfjs', ''
  ])
  assert.equal(code, 78)
  const server = await startServer(t, { FACE_DATA_DIR, INFERENCE_BACKEND: 'onnx' }, { dist })
  assert.equal((await fetch(`${server.url}/health/ready`)).status, 200)
})
