import { readFile } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { ensureNetwork, writeGraph } from '../../models/build.ts'
import { readPackagedFile } from '../../models/npm-package.ts'
import { ConfigError } from '../config.ts'
import { CATALOGUE } from './catalogue.ts'
import type { RecognitionNetwork } from './find-network.ts'

/**
 * Builds the graph of a recognition network in `modelsDir` if it is missing there, from the file that the operator
 * brought or, with `download`, from its npm package. Resolves to whether it was built. Throws {@link ConfigError},
 * which says what to do, when there is nothing to build it from.
 */
export async function ensureRecognitionNetwork (
  { name, source, file }: RecognitionNetwork, modelsDir: string, { download = false } = {}
): Promise<boolean> {
  if (!source || !name) return false
  const original = CATALOGUE[name].original!
  return await ensureNetwork(modelsDir, source, async () => {
    const path = file ?? join(modelsDir, original.file)
    const present = await readFile(path).catch((err: NodeJS.ErrnoException) => {
      if (err.code !== 'ENOENT') throw new ConfigError(`${path} cannot be read (${err.code})`)
      return null
    })
    if (present) return present
    const { packaged } = original
    const needed = `RECOGNITION_NETWORK=${name} needs ${path}`
    const origin = packaged ? `it is ${packaged.path} in npm pack ${packaged.spec}` : CATALOGUE[name].source
    const advice = `put it there (${origin}), or set RECOGNITION_NETWORK=face-api`
    if (!packaged) throw new ConfigError(`${needed}: ${advice}`)
    if (!download) throw new ConfigError(`${needed}: run npm run models with the npm registry in reach, ${advice}`)
    const bytes = await readPackagedFile(packaged).catch((cause: unknown) => {
      throw new ConfigError(`${needed}, and the npm registry did not give it: ${advice}`, { cause })
    })
    // Kept, so that a later version can build another graph of it where there is no registry.
    await writeGraph(modelsDir, parse(original.file).name, bytes)
    return bytes
  })
}
