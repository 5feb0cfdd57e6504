import importX from 'eslint-plugin-import-x'
import neostandard from 'neostandard'

/** Imports point one way: plugins (HTTP edge) -> src (domain) -> workers (inference thread). */
const forbid = (files, group) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message: 'against the import direction' }] }] }
})
const edge = ['**/plugins/**', '**/app.ts', '**/server.ts', '**/cluster.ts', '**/bench/**', '**/commands/**']
const http = ['fastify', 'fastify-plugin', '@fastify/*']
const beside = ['**/bench/**', '**/commands/**']

// Flat config replaces and does not merge, so each entry lists everything its room may not import.
export default [
  ...neostandard({ ts: true, ignores: ['**/dist/**', 'node_modules/**', 'coverage/**', 'bench/results/**'] }),
  forbid(['plugins/**'], ['**/workers/**', '**/models/**', 'piscina', '@opentelemetry/*', ...edge]),
  forbid(['src/*.ts'], beside),
  forbid(
    ['src/*/**', 'src/{config,errors,request-context,system-error,task-queue}.ts'],
    [...edge, ...http, 'piscina', 'pino', '@opentelemetry/*']
  ),
  forbid(['src/observability/**'], [...edge, ...http, 'piscina']),
  forbid(['src/inference/**'], [...edge, ...http, 'pino', '@opentelemetry/*']),
  forbid(
    ['workers/**'],
    [...beside, '**/src/**', '**/plugins/**', '**/models/**', 'fastify', '@fastify/*', 'piscina']
  ),
  forbid(
    ['models/**'],
    [...beside, '**/src/**', '**/plugins/**', '**/workers/**', 'fastify', '@fastify/*', 'piscina']
  ),
  forbid(
    ['commands/**'],
    ['**/plugins/**', '**/bench/**', '**/app.ts', '**/server.ts', '**/cluster.ts', ...http, 'piscina', 'pino']
  ),
  forbid(['clients/**'], ['../../*', 'node:*', ...http, 'piscina', 'pino']),
  forbid(['bench/**'], ['**/plugins/**', '**/test/**', 'fastify', '@fastify/*', 'piscina']),
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] } },
    rules: { '@typescript-eslint/no-explicit-any': 'error', 'import-x/no-cycle': 'error' }
  },
  { rules: { '@stylistic/max-len': ['error', { code: 120, ignoreUrls: true }] } }
]
