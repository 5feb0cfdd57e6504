import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { parse, stringify } from 'yaml'
import { eventually, freePort, temporaryFolder } from '../helper.ts'
import { findProgram } from '../programs.ts'

export const PROMETHEUS = findProgram('prometheus')
export const PROMTOOL = findProgram('promtool', 'prometheus')

interface Configuration {
  global: object,
  rule_files: string[],
  scrape_configs: Array<{
    job_name: string, dns_sd_configs?: unknown, static_configs?: unknown
  }>
}

/** A value of a query's result, and what it is of. */
export interface Sample { metric: Record<string, string>, value: [time: number, value: string] }

/** A Prometheus of the test's own. */
export interface Prometheus {
  /** The instant query's samples; throws what Prometheus thinks of an expression that it does not understand. */
  query (expression: string): Promise<Sample[]>
  /** Every alert rule, with how its evaluation went. */
  rules (): Promise<Array<{ name: string, query: string, health: string, lastError?: string }>>
}

/**
 * Starts Prometheus with deploy/prometheus/prometheus.yml, but more often, on the given servers; ended after the test.
 */
export async function startPrometheus (t: TestContext, targets: string[]): Promise<Prometheus> {
  const dir = await temporaryFolder(t)
  const port = await freePort()
  const configuration = parse(await readFile('deploy/prometheus/prometheus.yml', 'utf8')) as Configuration
  configuration.global = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' }
  configuration.rule_files = configuration.rule_files.map((file) => resolve('deploy/prometheus', file))
  configuration.scrape_configs = configuration.scrape_configs.map(({ dns_sd_configs: _, ...job }) => ({
    ...job, static_configs: [{ targets }]
  }))
  await writeFile(join(dir, 'prometheus.yml'), stringify(configuration))

  let output = ''
  const child = spawn(PROMETHEUS.path, [
    `--config.file=${join(dir, 'prometheus.yml')}`, `--storage.tsdb.path=${join(dir, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`
  ], { stdio: ['ignore', 'ignore', 'pipe'] })
  child.stderr.on('data', (chunk) => { output += String(chunk) })
  t.after(() => child.kill('SIGKILL'))

  async function ask<Answer> (path: string): Promise<Answer> {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)
    const { data, error } = await answer.json() as { data: Answer, error?: string }
    if (error !== undefined) throw new Error(`${error}: ${path}`)
    return data
  }
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus has ended: ${output}`)
    return (await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => null))?.ok
  })
  return {
    query: async (expression) => (
      (await ask<{ result: Sample[] }>(`query?query=${encodeURIComponent(expression)}`)).result
    ),
    rules: async () => (await ask<{
      groups: Array<{ rules: Awaited<ReturnType<Prometheus['rules']>> }>
    }>('rules')).groups.flatMap(({ rules }) => rules)
  }
}
