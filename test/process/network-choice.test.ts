import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { runCommand } from '../commands/helper.ts'
import { eventually, temporaryFolder } from '../helper.ts'
import { onCluster } from '../store/postgres-cluster.ts'
import { failToStart, logOf, startServer } from './server-process.ts'

const FR_FEATURE = { INFERENCE_BACKEND: 'onnx', RECOGNITION_NETWORK: 'fr-feature' }
const FACE_API = { INFERENCE_BACKEND: 'onnx', RECOGNITION_NETWORK: 'face-api' }

/** Two servers of one store, and a change of their network from one restart to the next. */
async function agree (t: TestContext, place: Record<string, string>): Promise<void> {
  const first = await startServer(t, { ...place, ...FR_FEATURE })
  const refused = await failToStart(t, { ...place, ...FACE_API })
  assert.equal(refused.code, 78)
  const line = refused.output.split('\n').filter((one) => one !== '' && !one.startsWith('{'))
  assert.deepEqual(line, [
    'The network of this store is fr-feature, and servers run that use it; the configuration says face-api: set ' +
    'RECOGNITION_NETWORK as they have it, or choose this one for all of them by npm run store -- network'
  ])
  assert.equal((await failToStart(t, { ...place, INFERENCE_BACKEND: 'tfjs' })).code, 78)
  // Its encodings may be compared with those of the others.
  const second = await startServer(t, { ...place, ...FR_FEATURE, ENCODING_AUGMENT: 'flip' })

  const chosen = await runCommand(t, ['network'], { ...place, ...FACE_API })
  assert.equal(
    chosen.stdout, 'face-api is the network of all servers that start from now on, in place of fr-feature; ' +
    'restart the 2 that run, one after the other, with it\n'
  )
  for (const server of [first, second]) {
    await eventually(() => logOf(server).some(({ msg }) => msg.startsWith('the network of this store is another one')))
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    assert.match(metrics, /^face_network_outdated 1$/m)
  }
  assert.equal((await failToStart(t, { ...place, ...FR_FEATURE })).code, 78)
  const enrolled = await runCommand(t, ['enroll', 'test'], { ...place, ...FR_FEATURE })
  assert.match(enrolled.stderr, /^The network of this store is face-api/)

  first.child.kill('SIGTERM')
  await first.exited
  const restarted = await startServer(t, { ...place, ...FACE_API })
  assert.match(await (await fetch(`${restarted.url}/metrics`)).text(), /^face_network_outdated 0$/m)
  second.child.kill('SIGKILL')
  await second.exited
  restarted.child.kill('SIGKILL')
  await restarted.exited

  // None runs any more, though they were killed: the next one chooses.
  const alone = await startServer(t, { ...place, ...FR_FEATURE })
  assert.equal((await failToStart(t, { ...place, ...FACE_API })).code, 78)
  assert.match(await (await fetch(`${alone.url}/metrics`)).text(), /^face_network_outdated 0$/m)
}

test('servers that share a folder agree on a network, which is changed from one restart to the next', async (t) => {
  await agree(t, { FACE_DATA_DIR: await temporaryFolder(t) })
})

await onCluster('servers that share a database', (cluster) => {
  test('servers that share a database agree on a network, which is changed from one restart to the next', async (t) => {
    await agree(t, { DATABASE_URL: await cluster.createDatabase(), FACE_DATA_DIR: await temporaryFolder(t) })
  })
})
