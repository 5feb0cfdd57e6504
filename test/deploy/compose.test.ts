import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parse } from 'yaml'
import { ConfigSchema, loadConfig, type Config } from '../../src/config.ts'

interface Service {
  profiles?: string[]
  image?: string
  build?: string
  environment?: Record<string, string>
  ports?: string[]
  volumes?: string[]
  stop_grace_period?: string
  depends_on?: Record<string, { condition: string, required?: boolean }>
}
interface Compose { services: Record<string, Service>, volumes: Record<string, null> }

/** What `${NAME:+then}` and `${NAME:-else}` become, one within the other. */
function interpolate (text: string, env: Record<string, string>): string {
  for (;;) {
    const filled = text.replace(/\$\{(\w+)(?::([+-])([^${}]*))?\}/g, (
      _, name: string, operator?: string, word = ''
    ) => {
      const value = env[name] ?? ''
      if (operator === '+') return value === '' ? '' : word
      return value === '' ? word : value
    })
    if (filled === text) return text
    text = filled
  }
}

/** What would run with a profile. */
async function compose (profiles: string[], env: Record<string, string> = {}): Promise<Compose> {
  const text = await readFile('docker-compose.yml', 'utf8')
  const filled = (_: unknown, value: unknown): unknown => typeof value === 'string' ? interpolate(value, env) : value
  const all = parse(text, filled, { merge: true }) as Compose
  const services = Object.entries(all.services)
    .filter(([, service]) => service.profiles?.some((name) => profiles.includes(name)) ?? true)
  return { ...all, services: Object.fromEntries(services) }
}

function configOf ({ environment = {} }: Service): Config {
  for (const [name, value] of Object.entries(environment)) {
    assert.ok(name in ConfigSchema.properties, name)
    assert.equal(typeof value, 'string', name)
  }
  return loadConfig(environment)
}

const SERVERS = ['face-server', 'face-server-2', 'face-server-3']
const PASSWORD = 'aPassword1'

test('by default one server runs, on the default port, with its data in a volume', async () => {
  const { services, volumes } = await compose([])
  assert.deepEqual(Object.keys(services), ['face-server'])
  const server = services['face-server']!
  const config = configOf(server)
  assert.deepEqual([config.DATABASE_URL, config.TRUST_PROXY], [undefined, false])
  assert.deepEqual(server.ports, [`${config.PORT}:${config.PORT}`])
  const [, volume = '', folder] = /^(\w+):(.+)$/.exec(server.volumes?.[0] ?? '') ?? []
  assert.ok(volume in volumes)
  assert.match(await readFile('Dockerfile', 'utf8'), new RegExp(`^VOLUME ${folder}$`, 'm'))
  for (const { required } of Object.values(server.depends_on ?? {})) assert.equal(required, false)
})

test('profile scale: three servers share the database, and only nginx is reached from outside', async () => {
  const { services } = await compose(['scale'], { POSTGRES_PASSWORD: PASSWORD })
  assert.deepEqual(Object.keys(services), [...SERVERS, 'nginx', 'database'])
  const { POSTGRES_USER: user, POSTGRES_PASSWORD: password } = services['database']!.environment ?? {}
  for (const name of SERVERS) {
    const config = configOf(services[name]!)
    const address = new URL(config.DATABASE_URL ?? '')
    // The image names the database like its user.
    assert.deepEqual([address.username, address.password, address.hostname, address.pathname], [
      user, password, 'database', `/${user}`
    ])
    assert.equal(config.TRUST_PROXY, true)
    assert.ok((services[name]!.ports ?? []).every((port) => port.startsWith('127.0.0.1:')), name)
    assert.equal(services[name]!.depends_on?.['database']?.condition, 'service_healthy')
  }
  const balanced = [...(await readFile('deploy/nginx/face-server.conf', 'utf8')).matchAll(/^ *server ([\w-]+):(\d+)/gm)]
  assert.deepEqual(balanced.map(([, name]) => name), SERVERS)
  assert.ok(balanced.every(([, , port]) => Number(port) === loadConfig({}).PORT))
  assert.deepEqual(Object.keys(services['nginx']!.depends_on ?? {}), SERVERS)
  assert.deepEqual(services['nginx']!.ports, ['8080:80'])

  // Without a password the database refuses to start; the servers then share the volume and do not believe clients.
  for (const name of SERVERS) {
    const server = (await compose(['scale'])).services[name]!
    assert.deepEqual([configOf(server).DATABASE_URL, configOf(server).TRUST_PROXY], [undefined, false])
    assert.deepEqual(server.volumes, services['face-server']!.volumes)
  }
})

test('profile observe: Prometheus asks every server, and Grafana asks Prometheus', async () => {
  const { services } = await compose(['observe'])
  assert.deepEqual(Object.keys(services), ['face-server', 'prometheus', 'grafana'])
  for (const name of ['prometheus', 'grafana']) {
    assert.ok(services[name]!.ports?.every((port) => port.startsWith('127.0.0.1:')), name)
  }
  interface Scrape { scrape_configs: Array<{ dns_sd_configs: Array<{ names: string[], port: number }> }> }
  const { scrape_configs: [job] } = parse(await readFile('deploy/prometheus/prometheus.yml', 'utf8')) as Scrape
  assert.deepEqual(job?.dns_sd_configs[0]?.names, SERVERS)
  assert.equal(job?.dns_sd_configs[0]?.port, loadConfig({}).PORT)
  const { datasources: [source] } = parse(
    await readFile('deploy/grafana/provisioning/datasources/prometheus.yml', 'utf8')
  ) as { datasources: Array<{ url: string }> }
  assert.equal(new URL(source?.url ?? '').hostname, 'prometheus')
  const { providers: [provider] } = parse(
    await readFile('deploy/grafana/provisioning/dashboards/face-server.yml', 'utf8')
  ) as { providers: Array<{ options: { path: string } }> }
  assert.ok(
    services['grafana']!.volumes?.some((volume) => volume.includes(`dashboard.json:${provider?.options.path}/`))
  )
})

test('whatever is mounted exists, every volume is declared, and photos under way are waited for', async () => {
  const { services, volumes } = await compose(['scale', 'observe'], { POSTGRES_PASSWORD: PASSWORD })
  for (const [name, service] of Object.entries(services)) {
    for (const [source = ''] of (service.volumes ?? []).map((volume) => volume.split(':'))) {
      assert.ok(source.startsWith('.') ? existsSync(source) : source in volumes, `${name}: ${source}`)
    }
    for (const other of Object.keys(service.depends_on ?? {})) assert.ok(other in services, `${name}: ${other}`)
    assert.ok(service.build === '.' || service.image?.includes(':') || SERVERS.includes(name), name)
    if (SERVERS.includes(name)) {
      assert.ok(
        Number.parseInt(service.stop_grace_period ?? '') * 1000 > configOf(service).CLOSE_GRACE_MS + 10_000, name
      )
    }
  }
})
