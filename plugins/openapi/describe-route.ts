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

const withExamples = <T extends Keyword>(part: T, examples: Keyword, keyword = 'x-examples'): T =>
  Object.keys(examples).length === 0 ? part : { ...part, [keyword]: examples }

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

type Media = Keyword & { schema: Keyword }

/** A part in several media types, of which that of JSON is changed if there is one. */
function withJson (part: Keyword, change: (media: Media) => Media): Keyword {
  const content = part['content'] as Record<string, Media>
  const { 'application/json': json } = content
  return json ? { ...part, content: { ...content, 'application/json': change(json) } } : part
}

function bodyWith (body: Keyword, examples: Keyword): Keyword {
  if (body['content'] === undefined) return withExamples(body, examples)
  return withJson(body, (media) => ({ ...media, schema: withExamples(media.schema, examples) }))
}

/** Unlike those of a body, examples of an answer in one of several media types are looked for beside its schema. */
function answerWith (answer: Keyword, examples: Keyword): Keyword {
  if (answer['content'] === undefined) return withExamples(answer, examples)
  return withJson(answer, (media) => withExamples(media, examples, 'examples'))
}

const responsesWith = (responses: Record<string, Keyword>, examples: Keyword): Record<string, Keyword> =>
  Object.fromEntries(Object.entries(responses).map(([status, answer]) => (
    [status, answerWith(answer, Number(status) >= 400 ? errorExamples(answer) : examples)]
  )))

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
