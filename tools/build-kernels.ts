/** `npm run kernels`: compiles each workers/kernels/NAME.wat into NAME.bytes.ts, which is committed. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import openWabt from 'wabt'

const FOLDER = join(import.meta.dirname, '..', 'workers', 'kernels')

export const KERNELS = ['gallery-search', 'halve', 'warp']

/** The TypeScript file that holds the compiled kernel. */
export async function compileKernel (name: string): Promise<string> {
  const wat = await readFile(join(FOLDER, `${name}.wat`), 'utf8')
  const module = (await openWabt()).parseWat(`${name}.wat`, wat, { simd: true, threads: true })
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64')
  const lines = base64.match(/.{1,100}/g)!.map((line) => `'${line}'`)
  return `/** ${name}.wat, compiled by \`npm run kernels\`, in base64. */\n` +
    `export const BYTES =\n  ${lines.join(' +\n  ')}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const name of KERNELS) await writeFile(join(FOLDER, `${name}.bytes.ts`), await compileKernel(name))
}
