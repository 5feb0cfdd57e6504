/** `npm run kernels`: compiles gallery-search.wat into gallery-search.bytes.ts, which is committed. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import openWabt from 'wabt'

/** The TypeScript file that holds the compiled kernel. */
export async function compileKernel (): Promise<string> {
  const wat = await readFile(join(import.meta.dirname, 'gallery-search.wat'), 'utf8')
  const module = (await openWabt()).parseWat('gallery-search.wat', wat, { simd: true, threads: true })
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64')
  const lines = base64.match(/.{1,100}/g)!.map((line) => `'${line}'`)
  return `/** gallery-search.wat, compiled by \`npm run kernels\`, in base64. */\nexport const GALLERY_SEARCH =\n  ${lines.join(' +\n  ')}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await writeFile(join(import.meta.dirname, 'gallery-search.bytes.ts'), await compileKernel())
}
