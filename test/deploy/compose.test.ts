/** What can be shown without Docker: that docker-compose.yml fits the program and the files that it mounts. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parse } from 'yaml'
import { ConfigSchema, loadConfig } from '../../src/config.ts'

interface Service {
  environment?: Record<string, string>
  ports?: string[]
  volumes?: string[]
  stop_grace_period?: string
  depends_on?: Record<string, unknown>
}
interface Compose { services: Record<string, Service>, volumes: Record<string, null> }

const SERVERS = ['face-server', 'face-server-2', 'face-server-3']

async function yaml<Content> (file: string): Promise<Content> {
  return parse(await readFile(file, 'utf8'), { merge: true }) as Content
}

test('the program starts with what every server is given, answers on the port that is published, ' +
  'and has time to finish', async () => {
  const { services } = await yaml<Compose>('docker-compose.yml')
  for (const name of SERVERS) {
    const { environment = {}, ports = [], stop_grace_period: grace = '' } = services[name]!
    for (const variable of Object.keys(environment)) assert.ok(variable in ConfigSchema.properties, variable)
    // Compose alone knows what it puts in for the others.
    const fixed = Object.entries(environment).filter(([, value]) => !value.includes('$'))
    assert.ok(fixed.length > 0)
    const config = loadConfig(Object.fromEntries(fixed))
    for (const port of ports) assert.equal(port.split(':').at(-1), String(config.PORT))
    assert.ok(Number.parseInt(grace) * 1000 > config.CLOSE_GRACE_MS + 10_000, name)
  }
})

test('whatever is mounted exists, and the data lies in the volume of the image', async () => {
  const { services, volumes } = await yaml<Compose>('docker-compose.yml')
  for (const [name, service] of Object.entries(services)) {
    for (const [source = ''] of (service.volumes ?? []).map((volume) => volume.split(':'))) {
      assert.ok(source.startsWith('.') ? existsSync(source) : source in volumes, `${name}: ${source}`)
    }
    for (const other of Object.keys(service.depends_on ?? {})) assert.ok(other in services, `${name}: ${other}`)
  }
  const folder = /^VOLUME (.+)$/m.exec(await readFile('Dockerfile', 'utf8'))?.[1]
  for (const name of SERVERS) assert.ok(services[name]!.volumes?.some((volume) => volume.endsWith(`:${folder}`)), name)
})

test('nginx passes requests to every server, and Prometheus asks every server, where it listens', async () => {
  const port = loadConfig({}).PORT
  const nginx = await readFile('deploy/nginx/face-server.conf', 'utf8')
  const balanced = [...nginx.matchAll(/^ *server ([\w-]+):(\d+)/gm)]
  assert.deepEqual(balanced.map(([, name, at]) => [name, at]), SERVERS.map((name) => [name, String(port)]))
  interface Scrape { scrape_configs: Array<{ dns_sd_configs: Array<{ names: string[], port: number }> }> }
  const { scrape_configs: [job] } = await yaml<Scrape>('deploy/prometheus/prometheus.yml')
  const [found] = job!.dns_sd_configs
  assert.deepEqual([found?.names, found?.port], [SERVERS, port])
})

test('Grafana finds Prometheus and the dashboard', async () => {
  const { services } = await yaml<Compose>('docker-compose.yml')
  const folder = 'deploy/grafana/provisioning'
  const { datasources: [source] } =
    await yaml<{ datasources: Array<{ url: string }> }>(`${folder}/datasources/prometheus.yml`)
  assert.ok(new URL(source!.url).hostname in services)
  const { providers: [provider] } =
    await yaml<{ providers: Array<{ options: { path: string } }> }>(`${folder}/dashboards/face-server.yml`)
  assert.ok(services['grafana']!.volumes?.some((volume) => volume.includes(`:${provider!.options.path}/`)))
})
