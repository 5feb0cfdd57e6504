/** `npm run models`: builds the graphs of the networks that the configuration needs, one from its npm package. */
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ensureModels } from '../models/build.ts'
import { CHECKSUMS } from '../models/checksums.ts'
import { ConfigError, loadConfig, readEnvironment } from '../src/config.ts'
import { ensureRecognitionNetwork } from '../src/networks/ensure-network.ts'
import { findNetwork } from '../src/networks/find-network.ts'

async function main (): Promise<void> {
  const config = loadConfig(readEnvironment())
  const dir = resolve(process.argv[2] ?? config.MODELS_DIR)
  const built = await ensureModels(dir)
  const network = await findNetwork({ ...config, MODELS_DIR: dir })
  if (await ensureRecognitionNetwork(network, dir, { download: true })) built.push(network.source!.name)
  const graphs = Object.entries<string>(CHECKSUMS)
  if (network.source) graphs.push([network.source.name, network.source.checksum])
  for (const [name, checksum] of graphs) {
    const { size } = await stat(join(dir, `${name}.onnx`))
    const state = built.includes(name) ? 'built' : 'ready'
    process.stdout.write(`${name}.onnx  ${state}  ${size} bytes  sha256 ${checksum}\n`)
  }
}

await main().catch((err: unknown) => {
  if (!(err instanceof ConfigError)) throw err
  process.stderr.write(`${err.message}\n`)
  process.exitCode = 1
})
