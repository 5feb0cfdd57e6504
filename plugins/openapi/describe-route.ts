import type { FastifyContextConfig, FastifySchema, RouteOptions } from 'fastify'
import { ERRORS, type ErrorCode } from '../../src/errors.ts'
import { EXAMPLES, type Example } from './examples.ts'

const KEYS = [{ bearer: [] }, { apiKey: [] }, { session: [] }]

type Keyword = Record<string, unknown>

/** What the document says of a route's role. */
function securityOf ({ role, isOpenWithoutKeys }: FastifyContextConfig = {}): object {
  if (role === undefined || role === 'anybody') return { security: [] }
  return { security: isOpenWithoutKeys ? [{}, ...KEYS] : KEYS, 'x-role': role }
}

const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)

const PLURAL = /(?<![su])s$/

/** What generated clients call the operation, unless the route says: `getUsers`, and of one of them `getUser`. */
function operationIdOf (method: string, url: string): string {
  const parts = url.split('/').filter((part) => part !== '')
  const words = parts.flatMap((part, i) => {
    if (part.startsWith(':')) return []
    return (parts[i + 1]?.startsWith(':') ? part.replace(PLURAL, '') : part).split(/[^a-zA-Z0-9]+/)
  })
  return [method.toLowerCase(), ...words.map(capitalised)].join('')
}

const withExamples = (schema: Keyword, examples: Keyword): Keyword =>
  Object.keys(examples).length === 0 ? schema : { ...schema, 'x-examples': examples }

const valuesOf = (examples: Readonly<Record<string, Example>>, part: 'request' | 'response'): Keyword =>
  Object.fromEntries(Object.entries(examples).flatMap(([name, { summary, [part]: value }]) => (
    value === undefined ? [] : [[name, { summary, value }]]
  )))

/** An example of each error that an answer may tell. */
function errorExamples ({ properties }: Keyword): Keyword {
  const { enum: codes = [] } = (properties as { code?: { enum?: ErrorCode[] } } | undefined)?.code ?? {}
  return Object.fromEntries(codes.map((code) => {
    const [, message] = ERRORS[code]
    return [code, { summary: message, value: { success: false, message, code } }]
  }))
}

function bodyWith (body: Keyword, examples: Keyword): Keyword {
  const content = Object.entries(body['content'] as Record<string, { schema: Keyword }> | undefined ?? {})
  if (content.length === 0) return withExamples(body, examples)
  return {
    ...body,
    content: Object.fromEntries(content.map(([type, { schema, ...media }]) => [type, {
      ...media,
      schema: type === 'application/json' ? withExamples(schema, examples) : schema
    }]))
  }
}

function responsesWith (responses: Record<string, Keyword>, examples: Keyword): Record<string, Keyword> {
  return Object.fromEntries(Object.entries(responses).map(([status, schema]) => {
    if (Number(status) >= 400) return [status, withExamples(schema, errorExamples(schema))]
    return [status, schema['content'] === undefined ? withExamples(schema, examples) : schema]
  }))
}

/**
 * What the OpenAPI document says of a route: its schemas, who may call it, the name of the operation, and examples. The
 * schemas that the route checks and serialises with stay as they are.
 */
export function describeRoute ({ schema, url, route }: {
  schema: FastifySchema, url: string, route: RouteOptions
}): { schema: FastifySchema, url: string } {
  const method = [route.method].flat()[0] ?? 'GET'
  const examples = EXAMPLES[`${method} ${url}`] ?? {}
  const { body, response } = (schema ?? {}) as { body?: Keyword, response?: Record<string, Keyword> }
  return {
    url,
    schema: {
      operationId: operationIdOf(method, url),
      ...schema,
      ...securityOf(route.config),
      ...body && { body: bodyWith(body, valuesOf(examples, 'request')) },
      ...response && { response: responsesWith(response, valuesOf(examples, 'response')) }
    } as FastifySchema
  }
}
