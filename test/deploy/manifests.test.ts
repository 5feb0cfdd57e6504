import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { ConfigSchema, loadConfig } from '../../src/config.ts'
import { startApp, temporaryFolder } from '../helper.ts'
import { failToStart } from '../process/server-process.ts'
import { findProgram } from '../programs.ts'

const KUBERNETES = 'deploy/kubernetes'
const SYSTEMD = findProgram('systemd-analyze', 'systemd')
/** Out of 10; what it lists beyond is what a server needs. */
const EXPOSURE_MAX = 2

interface Labels { [name: string]: string }
interface Probe { httpGet: { path: string, port: string }, periodSeconds: number, failureThreshold: number }
interface Container {
  name: string
  image: string
  ports: Array<{ name: string, containerPort: number }>
  env: Array<{ name: string, valueFrom: { secretKeyRef: { name: string, key: string } } }>
  envFrom: Array<{ configMapRef: { name: string } }>
  startupProbe: Probe
  readinessProbe: Probe
  livenessProbe: Probe
  lifecycle: { preStop: { exec: { command: string[] } } }
  resources: { requests: Labels, limits: Labels }
}
interface Deployment {
  metadata: { name: string }
  spec: {
    selector: { matchLabels: Labels }
    template: {
      metadata: { labels: Labels },
      spec: { terminationGracePeriodSeconds: number, securityContext: { runAsUser: number }, containers: Container[] }
    }
  }
}

async function manifest<Content> (name: string): Promise<Content> {
  return parse(await readFile(join(KUBERNETES, name), 'utf8')) as Content
}

async function filesBelow (folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

/** The settings of a systemd unit, each with its values in their order. */
async function unit (): Promise<Map<string, string[]>> {
  const settings = new Map<string, string[]>()
  for (const line of (await readFile('deploy/systemd/face-recognition-server.service', 'utf8')).split('\n')) {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (name) settings.set(name, [...settings.get(name) ?? [], value])
  }
  return settings
}

test('every YAML and JSON file below deploy/ can be read, and deploy/README.md names every folder', async () => {
  const readme = await readFile('deploy/README.md', 'utf8')
  const files = await filesBelow('deploy')
  assert.ok(files.length > 10)
  for (const file of files) {
    if (/\.ya?ml$/.test(file)) {
      for (const { errors, warnings } of parseAllDocuments(await readFile(file, 'utf8'))) {
        assert.deepEqual([...errors, ...warnings], [], file)
      }
    }
    if (file.endsWith('.json')) JSON.parse(await readFile(file, 'utf8'))
  }
  for (const entry of await readdir('deploy', { withFileTypes: true })) {
    if (entry.isDirectory()) assert.ok(readme.includes(`${entry.name}/`), entry.name)
  }
})

test('the Kubernetes manifests belong together, and Kustomize applies all but the example', async () => {
  const { resources } = await manifest<{ resources: string[] }>('kustomization.yaml')
  const others =
    (await readdir(KUBERNETES)).filter((file) => !['kustomization.yaml', 'secret.example.yaml'].includes(file))
  assert.deepEqual([...resources].sort(), others.sort())

  const deployment = await manifest<Deployment>('deployment.yaml')
  const { labels } = deployment.spec.template.metadata
  assert.deepEqual(deployment.spec.selector.matchLabels, labels)
  const service = await manifest<{ spec: { selector: Labels, ports: Array<{ targetPort: string }> } }>('service.yaml')
  assert.deepEqual(service.spec.selector, labels)
  const [container] = deployment.spec.template.spec.containers
  assert.equal(service.spec.ports[0]?.targetPort, container?.ports[0]?.name)
  const budget = await manifest<{ spec: { selector: { matchLabels: Labels } } }>('pod-disruption-budget.yaml')
  assert.deepEqual(budget.spec.selector.matchLabels, labels)
  const autoscaler =
    await manifest<{ spec: { scaleTargetRef: { kind: string, name: string } } }>('horizontal-pod-autoscaler.yaml')
  assert.deepEqual([autoscaler.spec.scaleTargetRef.kind, autoscaler.spec.scaleTargetRef.name], [
    'Deployment', deployment.metadata.name
  ])
})

test('every manifest is valid by the schemas of Kubernetes', async () => {
  for (const file of (await readdir(KUBERNETES)).filter((name) => name !== 'kustomization.yaml')) {
    const content = await manifest<{ apiVersion: string, kind: string }>(file)
    const models = await import(`kubernetes-models/${content.apiVersion}/${content.kind}`) as Record<string, new (
      data: object
    ) => { validate (): void }>
    const validate = (data: object): void => new models[content.kind]!(data).validate()
    validate(content)
    assert.throws(() => validate({ ...content, metadata: { name: 7 } }), file)
  }
})

test('the pods are configured by variables that exist, are probed where the server ' +
  'answers, and have time to finish', async (t) => {
  const { metadata, data } =
    await manifest<{ metadata: { name: string }, data: Record<string, string> }>('configmap.yaml')
  const secret =
    await manifest<{ metadata: { name: string }, stringData: Record<string, string> }>('secret.example.yaml')
  const { spec } = (await manifest<Deployment>('deployment.yaml')).spec.template
  const [container] = spec.containers as [Container]
  assert.deepEqual(container.envFrom.map(({ configMapRef }) => configMapRef.name), [metadata.name])
  for (const { name, valueFrom: { secretKeyRef } } of container.env) {
    assert.equal(secretKeyRef.name, secret.metadata.name)
    assert.ok(secretKeyRef.key in secret.stringData && name === secretKeyRef.key, name)
  }
  for (const name of [...Object.keys(data), ...container.env.map(({ name }) => name)]) {
    assert.ok(name in ConfigSchema.properties, name)
  }
  const config = loadConfig({ ...data, ...secret.stringData })
  assert.equal(container.ports[0]?.containerPort, config.PORT)
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  assert.ok(container.image.endsWith(`:${version}`), container.image)

  const app = await startApp(t)
  for (const { httpGet } of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
    assert.equal((await app.inject(httpGet.path)).statusCode, 200, httpGet.path)
    assert.equal(httpGet.port, container.ports[0]?.name)
  }
  const preStopMs = Number(container.lifecycle.preStop.exec.command[1]) * 1000
  assert.ok(spec.terminationGracePeriodSeconds * 1000 > preStopMs + config.CLOSE_GRACE_MS + 10_000)
})

test('the systemd unit runs the program of the image, with variables that exist, and has time to finish', async (t) => {
  const settings = await unit()
  const [, command = ''] = /\/opt\/face-recognition-server\/(\S+)$/.exec(settings.get('ExecStart')?.[0] ?? '') ?? []
  assert.ok(
    (await readFile('Dockerfile', 'utf8')).includes(JSON.stringify(['node', command]).replace(',', ', ')), command
  )
  const variables = settings.get('Environment') ?? []
  for (const [name = ''] of variables.map((pair) => pair.split('='))) assert.ok(name in ConfigSchema.properties, name)
  const config = loadConfig(Object.fromEntries(variables.map((pair) => pair.split('=') as [string, string])))
  assert.equal(config.FACE_DATA_DIR, `/var/lib/${settings.get('StateDirectory')?.[0]}`)
  assert.equal(config.MODELS_DIR, `/var/cache/${settings.get('CacheDirectory')?.[0]}`)
  assert.ok(Number(settings.get('TimeoutStopSec')?.[0]) * 1000 > config.CLOSE_GRACE_MS + 10_000)
  // It is not started again when its configuration is wrong.
  const { code } = await failToStart(t, { PORT: 'none' }, { program: 'cluster' })
  assert.equal(settings.get('RestartPreventExitStatus')?.[0], String(code))
})

test('systemd understands the unit and finds little that it ' +
  'could still take away', { skip: SYSTEMD.missing }, async (t) => {
  const file = 'deploy/systemd/face-recognition-server.service'
  const copy = join(await temporaryFolder(t), basename(file))
  await writeFile(copy, (await readFile(file, 'utf8')).replace('/usr/bin/node', process.execPath))
  assert.equal(execFileSync(SYSTEMD.path, ['verify', '--man=no', copy], { encoding: 'utf8', stdio: 'pipe' }), '')
  execFileSync(SYSTEMD.path, ['security', '--offline=yes', '--no-pager', `--threshold=${EXPOSURE_MAX * 10}`, copy], {
    stdio: 'pipe'
  })
})
