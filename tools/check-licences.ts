/** `npm run licences`: refuses packages under other licences than these; reads an SBOM in CycloneDX's format. */
import { readFile } from 'node:fs/promises'

/** Each of them lets the server be used, changed and passed on as a whole, if the notices are kept. */
const PERMISSIVE = [
  '0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'Python-2.0'
]
/** libvips is loaded as a shared library, which its licence allows to programs under any other. */
const EXCEPTIONS: ReadonlyArray<readonly [name: RegExp, licence: string]> = [
  [/^@img\/sharp-libvips-/, 'LGPL-3.0-or-later']
]

interface Licence { license?: { id?: string, name?: string }, expression?: string }
interface Component { name: string, version: string, licenses?: Licence[] }

const nameOf = ({ license, expression }: Licence): string => expression ?? license?.id ?? license?.name ?? ''

function isAllowed (name: string, licence: string): boolean {
  const [, inner] = /^\((.*)\)$/.exec(licence) ?? []
  if (inner !== undefined) return isAllowed(name, inner)
  if (licence.includes(' OR ')) return licence.split(' OR ').some((one) => isAllowed(name, one))
  if (licence.includes(' AND ')) return licence.split(' AND ').every((one) => isAllowed(name, one))
  return PERMISSIVE.includes(licence) || EXCEPTIONS.some(([pattern, id]) => pattern.test(name) && id === licence)
}

const { components } = JSON.parse(await readFile(process.argv[2]!, 'utf8')) as { components: Component[] }
const counts = new Map<string, number>()
for (const { name, version, licenses = [] } of components) {
  const licence = licenses.map(nameOf).join(' AND ') || 'no licence'
  counts.set(licence, (counts.get(licence) ?? 0) + 1)
  if (isAllowed(name, licence)) continue
  process.stderr.write(`${name}@${version}: ${licence} is not among the licences of tools/check-licences.ts\n`)
  process.exitCode = 1
}
for (const [licence, count] of [...counts].sort(([, one], [, other]) => other - one)) {
  process.stdout.write(`${String(count).padStart(5)}  ${licence}\n`)
}
