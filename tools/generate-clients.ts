/** `npm run clients`: writes the types of both clients from the OpenAPI document. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { buildApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'

/** What the document's schemas consist of. */
interface Schema {
  type?: string
  description?: string
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: Schema | boolean
}
interface Parameter { name: string, in: 'path' | 'query' | 'header', required?: boolean, schema: Schema }
type Content = Record<string, { schema: Schema }>
interface Operation {
  operationId: string
  summary?: string
  parameters?: Parameter[]
  requestBody?: { content: Content }
  responses: Record<string, { content?: Content }>
}

/** What is read of the OpenAPI document. */
export interface OpenApi { paths: Record<string, Record<string, Operation>> }

const CLIENTS = join(import.meta.dirname, '..', 'clients')
const JSON_TYPE = 'application/json'
const NOTE = 'By `npm run clients` from the OpenAPI document: change the schemas of the routes instead.'

interface Endpoint extends Operation { method: string, path: string }

const endpointsOf = ({ paths }: OpenApi): Endpoint[] => Object.entries(paths).flatMap(([path, methods]) => (
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, ...operation }))
)).sort((one, other) => one.operationId < other.operationId ? -1 : 1)

/** The codes of all errors, sorted. */
function errorCodes (endpoints: readonly Endpoint[]): string[] {
  const codes = endpoints.flatMap(({ responses }) => Object.entries(responses).flatMap(([status, { content }]) => (
    Number(status) < 400 ? [] : content?.[JSON_TYPE]?.schema.properties?.['code']?.enum as string[] | undefined ?? []
  )))
  return [...new Set(codes)].sort()
}

/** The replies in JSON of a request that succeeded; undefined if it has none. */
function replyOf ({ responses }: Operation): Schema | undefined {
  const schemas = Object.entries(responses)
    .flatMap(([status, { content }]) => Number(status) < 300 ? content?.[JSON_TYPE]?.schema ?? [] : [])
  return schemas.length > 1 ? { anyOf: schemas } : schemas[0]
}

/** The parameters at one place as an object; undefined if there are none. */
function parametersOf ({ parameters = [] }: Operation, place: Parameter['in']): Schema | undefined {
  const those = parameters.filter((parameter) => parameter.in === place)
  if (those.length === 0) return undefined
  return {
    type: 'object',
    properties: Object.fromEntries(those.map(({ name, schema }) => [name, schema])),
    required: those.filter(({ required }) => required).map(({ name }) => name)
  }
}

const quoted = (value: unknown): string => typeof value === 'string' ? `'${value}'` : String(value)
const isName = (key: string): boolean => /^[a-z_$][\w$]*$/i.test(key)
/** Of what one of several is. */
const unique = (types: string[]): string[] => [...new Set(types)]

function union (types: string[], indent: string): string {
  const line = unique(types).join(' | ')
  if (line.length < 80 || line.includes('\n')) return line
  return unique(types).map((type) => `\n${indent}  | ${type}`).join('')
}

/** The schema as a type of TypeScript, its further lines indented. */
function typescriptOf (schema: Schema, indent: string): string {
  const { type, enum: values, anyOf, properties, required = [], items, additionalProperties } = schema
  if (values) return union(values.map(quoted), indent)
  if (anyOf) return union(anyOf.map((one) => typescriptOf(one, indent)), indent)
  if (type === 'array') return `Array<${items ? typescriptOf(items, indent) : 'unknown'}>`
  if (type === 'object' && properties && Object.keys(properties).length > 0) {
    const members = Object.entries(properties).map(([name, member]) => {
      const key = `${isName(name) ? name : quoted(name)}${required.includes(name) ? '' : '?'}`
      return `${commentOf(member, `${indent}  `)}${indent}  ${key}: ${typescriptOf(member, `${indent}  `)}\n`
    })
    return `{\n${members.join('')}${indent}}`
  }
  if (type === 'object') {
    const values = typeof additionalProperties === 'object' ? typescriptOf(additionalProperties, indent) : 'unknown'
    return `Record<string, ${values}>`
  }
  return { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' }[type ?? ''] ??
    'unknown'
}

const COMMENT_MAX = 100

function commentOf ({ description = '' }: Schema, indent: string): string {
  if (description === '') return ''
  if (description.length < COMMENT_MAX - indent.length) return `${indent}/** ${description} */\n`
  const lines = description.match(RegExp(`.{1,${COMMENT_MAX - indent.length}}(?:\\s|$)`, 'g')) ?? []
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line.trim()}\n`).join('')}${indent} */\n`
}

/** The file with the types of the TypeScript client. */
function typescriptClientTypes (document: OpenApi): string {
  const endpoints = endpointsOf(document)
  const operations = endpoints.map((endpoint) => {
    const parts = {
      path: parametersOf(endpoint, 'path'),
      query: parametersOf(endpoint, 'query'),
      headers: parametersOf(endpoint, 'header'),
      body: endpoint.requestBody?.content[JSON_TYPE]?.schema
    }
    const members = Object.entries(parts).map(([name, schema]) => {
      if (!schema) return `    ${name}?: undefined\n`
      const isOptional = name !== 'body' && (schema.required ?? []).length === 0
      return `    ${name}${isOptional ? '?' : ''}: ${typescriptOf(schema, '    ')}\n`
    })
    const reply = replyOf(endpoint)
    return `${commentOf({ description: endpoint.summary ?? '' }, '  ')}  ${endpoint.operationId}: {\n` +
      `${members.join('')}    reply: ${reply ? typescriptOf(reply, '    ') : 'string'}\n  }\n`
  })
  const routes = endpoints.map(({ operationId, method, path }) => `  ${operationId}: ['${method}', '${path}']`)
  return `/** ${NOTE} */

/** What is wrong, for programs. */
export type ErrorCode =
${errorCodes(endpoints).map((code) => `  | '${code}'`).join('\n')}

/** What each operation takes and replies. */
export interface Operations {
${operations.join('')}}

/** Method and path of each operation. */
export const OPERATIONS = {
${routes.join(',\n')}
} as const
`
}

const pascal = (name: string): string => name.replace(/(?:^|[^a-zA-Z0-9])([a-zA-Z0-9])/g, (_, first: string) => (
  first.toUpperCase()
)).replace(/[^a-zA-Z0-9]/g, '')

/** A dictionary with the keys that it always has, and those that it sometimes has. */
interface PythonClass { name: string, always: string, sometimes: string }

function pythonClass ({ name, always, sometimes }: PythonClass): string {
  if (sometimes === '') return `class ${name}(TypedDict):\n${always}`
  if (always === '') return `class ${name}(TypedDict, total=False):\n${sometimes}`
  return `class _${name}(TypedDict):\n${always}\n\nclass ${name}(_${name}, total=False):\n${sometimes}`
}

/** Adds classes for the objects of a schema, and returns the type of Python that stands for it. */
function pythonOf (schema: Schema, name: string, classes: PythonClass[]): string {
  const { type, enum: values, anyOf, properties, required = [], items, additionalProperties } = schema
  const literal = (value: unknown): string => typeof value === 'string' ? `"${value}"` : value ? 'True' : 'False'
  if (values) {
    return `Literal[${values.map((value) => typeof value === 'number' ? String(value) : literal(value)).join(', ')}]`
  }
  if (anyOf) {
    const areSeveral = anyOf.filter((one) => one.type === 'object').length > 1
    const types = unique(anyOf.map((one, i) => pythonOf(one, areSeveral ? `${name}${i + 1}` : name, classes)))
    return types.length === 1 ? types[0]! : `Union[${types.join(', ')}]`
  }
  if (type === 'array') return `List[${items ? pythonOf(items, `${name}Item`, classes) : 'Any'}]`
  if (type === 'object' && properties && Object.keys(properties).length > 0) {
    const members = Object.entries(properties).map(([key, member]) => {
      const comment = member.description ? `  # ${member.description.split('. ')[0]}` : ''
      const line = `    ${key}: ${pythonOf(member, name + pascal(key), classes)}`
      const text = `${line}${line.length + comment.length <= 120 ? comment : ''}\n`
      return { line: text, isRequired: required.includes(key) }
    })
    const [always, sometimes] = [true, false].map((isRequired) => (
      members.filter((member) => member.isRequired === isRequired).map(({ line }) => line).join('')
    ))
    const known = classes.find((one) => one.always === always && one.sometimes === sometimes)
    if (known) return known.name
    classes.push({ name, always: always!, sometimes: sometimes! })
    return name
  }
  if (type === 'object') {
    if (typeof additionalProperties !== 'object') return 'Dict[str, Any]'
    return `Dict[str, ${pythonOf(additionalProperties, `${name}Value`, classes)}]`
  }
  return { string: 'str', integer: 'int', number: 'float', boolean: 'bool', null: 'None' }[type ?? ''] ?? 'Any'
}

/** The file with the types of the Python client. */
function pythonClientTypes (document: OpenApi): string {
  const endpoints = endpointsOf(document)
  const replies = endpoints.flatMap((endpoint) => {
    const reply = replyOf(endpoint)
    if (!reply) return []
    const classes: PythonClass[] = []
    const name = `${pascal(endpoint.operationId)}Reply`
    const type = pythonOf(reply, name, classes)
    return { classes: classes.map(pythonClass), alias: type === name ? '' : `${name} = ${type}\n` }
  })
  const routes = endpoints.map(({ operationId, method, path }) => `    "${operationId}": ("${method}", "${path}"),\n`)
  return `"""${NOTE}"""
from typing import Any, Dict, List, Literal, Mapping, Tuple, TypedDict, Union


${replies.flatMap(({ classes }) => classes).join('\n\n')}

${replies.map(({ alias }) => alias).join('')}
#: Method and path of each operation.
OPERATIONS: Mapping[str, Tuple[str, str]] = {
${routes.join('')}}
`
}

/** The files that are generated, and how. */
export const GENERATED = [
  [join(CLIENTS, 'typescript', 'operations.ts'), typescriptClientTypes],
  [join(CLIENTS, 'python', 'face_client', 'operations.py'), pythonClientTypes]
] as const

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const dir = await mkdtemp(join(tmpdir(), 'clients-'))
  const app = await buildApp(loadConfig({ FACE_DATA_DIR: dir, LOG_FILE: 'off' }), pino({ level: 'error' }))
  try {
    await app.ready()
    const document = (await app.inject('/docs/json')).json<OpenApi>()
    for (const [file, generate] of GENERATED) await writeFile(file, generate(document))
  } finally {
    await app.close()
    await rm(dir, { recursive: true })
  }
}
