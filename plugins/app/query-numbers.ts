import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/

interface QuerySchema { properties?: Record<string, { type?: unknown }> }

/**
 * In an address everything is text. What a route's schema calls a number becomes one before it is checked; all else,
 * user ids above all, stays text.
 */
export default fp(async function queryNumbersPlugin (fastify) {
  fastify.addHook('onRoute', (route) => {
    const { properties = {} } = route.schema?.querystring as QuerySchema | undefined ?? {}
    const isNumber = (name: string): boolean => ['integer', 'number'].includes(String(properties[name]?.type))
    const names = Object.keys(properties).filter(isNumber)
    if (names.length === 0) return
    const convert = async ({ query }: FastifyRequest): Promise<void> => {
      const values = query as Record<string, unknown>
      for (const name of names) {
        const value = values[name]
        if (typeof value === 'string' && NUMBER.test(value)) values[name] = Number(value)
      }
    }
    route.preValidation = [convert, ...[route.preValidation ?? []].flat()]
  })
}, { name: 'query-numbers' })
