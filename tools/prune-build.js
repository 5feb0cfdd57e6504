/**
 * `node tools/prune-build.js [ROOT]`, after the compiler: removes from dist/ what was compiled of sources that are
 * gone. A plugin that was moved would be loaded twice.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const [, , root = join(import.meta.dirname, '..')] = process.argv
const dist = join(root, 'dist')

for (const file of readdirSync(dist, { recursive: true })) {
  const [, source] = /^(.*)\.js(?:\.map)?$/.exec(file) ?? []
  if (source !== undefined && !existsSync(join(root, `${source}.ts`))) rmSync(join(dist, file))
}
