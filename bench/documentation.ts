import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const BEGIN = '<!-- begin: written by `npm run bench -- --docs` -->'
const END = '<!-- end -->'

/** The text with `generated` between its marks. Throws when it has no such marks. */
export function replaceGenerated (text: string, generated: string): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`no place for figures: ${BEGIN} … ${END} is missing`)
  return `${text.slice(0, from + BEGIN.length)}\n\n${generated.trim()}\n\n${text.slice(to)}`
}

/** Brings the report and the figures of the last full run from `results` into the documentation. */
export async function updateDocumentation (results: string, figures: readonly string[]): Promise<void> {
  const page = 'docs/performance.md'
  await writeFile(
    page, replaceGenerated(await readFile(page, 'utf8'), await readFile(join(results, 'bench.md'), 'utf8'))
  )
  for (const figure of figures) await copyFile(join(results, figure), join('docs/figures', figure))
}
