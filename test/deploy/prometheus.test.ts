import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import sharp from 'sharp'
import { parse } from 'yaml'
import { eventually, temporaryFolder } from '../helper.ts'
import { noFace, portraits } from '../photos.ts'
import { startServer } from '../process/server-process.ts'
import { dashboardPanels } from './dashboard.ts'
import { PROMETHEUS, PROMTOOL, startPrometheus } from './prometheus.ts'

interface Alert { alert: string, expr: string, labels: { severity: string }, annotations: Record<string, string> }

async function alerts (): Promise<Alert[]> {
  const { groups } = parse(await readFile('deploy/prometheus/alerts.yml', 'utf8')) as {
    groups: Array<{ rules: Alert[] }>
  }
  return groups.flatMap(({ rules }) => rules)
}

/** The names of the figures in an expression. */
const figures = (expression: string): string[] =>
  [...new Set(expression.match(/\b(?:face|process|nodejs)_\w+|\bup\b/g))]

/** A dashboard's expression as Grafana would ask it, over a time that fits the test. */
const filledIn = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '1m').replaceAll('$job', 'face-server').replaceAll('$instance', '.*')

test('promtool takes the configuration and the rules, and the right alerts fire', { skip: PROMTOOL.missing }, () => {
  execFileSync(PROMTOOL.path, ['check', 'config', 'deploy/prometheus/prometheus.yml'], { encoding: 'utf8' })
  execFileSync(PROMTOOL.path, ['test', 'rules', 'test/deploy/alert-rules.yml'], { encoding: 'utf8' })
})

test('every alert says what is wrong and where the operator finds what to do', async () => {
  const operations = await readFile('docs/operations.md', 'utf8')
  const anchors = [...operations.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => (
    heading.toLowerCase().replace(/[^\w\s-]/g, '').replaceAll(' ', '-')
  ))
  const rules = await readFile('test/deploy/alert-rules.yml', 'utf8')
  for (const { alert, labels, annotations } of await alerts()) {
    assert.ok(['critical', 'warning'].includes(labels.severity), alert)
    assert.ok((annotations['summary'] ?? '').length > 10 && (annotations['description'] ?? '').length > 20, alert)
    const anchor = /^docs\/operations\.md#(.+)$/.exec(annotations['runbook'] ?? '')?.[1] ?? ''
    assert.ok(anchors.includes(anchor), `${alert}: ${anchor}`)
    assert.ok(rules.includes(`"${alert}"`), `${alert} is not tested`)
    assert.ok(operations.includes(`\`${alert}\``), `docs/operations.md does not name ${alert}`)
  }
})

test('a real Prometheus scrapes the server, and every expression of the dashboard and ' +
  'of the alerts finds data', { skip: PROMETHEUS.missing }, async (t) => {
  const server = await startServer(t, { FACE_DATA_DIR: await temporaryFolder(t) }, { program: 'cluster' })
  const prometheus = await startPrometheus(t, [new URL(server.url).host])
  const post = async (path: string, photo: Buffer): Promise<number> => {
    const { status } = await fetch(`${server.url}${path}`, {
      method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg' }
    })
    return status
  }
  const [anna, again, bella, empty] = await Promise.all([
    portraits.anna(), portraits.annaAgain(), portraits.bella(), noFace()
  ])
  const blurred = await sharp(bella).blur(12).toBuffer()
  // Rates need what happened between two scrapes, so all of it happens again.
  const traffic = async (): Promise<void> => {
    assert.equal(await post('/register-face?user_id=secret-person', anna), 200)
    assert.equal(await post('/recognize', again), 200)
    assert.equal(await post('/recognize', bella), 200)
    assert.equal(await post('/recognize', empty), 422)
    assert.equal(await post('/register-face?user_id=2', blurred), 422)
    assert.equal((await fetch(`${server.url}/status/secret-person`)).status, 200)
  }
  const recognized = 'face_http_request_seconds_count{route="/recognize",outcome="recognized"}'
  await traffic()
  const before = await eventually(async () => (await prometheus.query(recognized))[0]?.value[1])
  await traffic()
  await eventually(async () => Number((await prometheus.query(recognized))[0]?.value[1]) > Number(before))

  const panels = await dashboardPanels()
  const expressions = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
  assert.ok(expressions.length > 30)
  for (const { title, expr } of expressions) {
    const samples = await prometheus.query(filledIn(expr))
    assert.ok(samples.length > 0, `${title}: ${expr}`)
    assert.ok(
      samples.some(({ value }) => Number.isFinite(Number(value[1]))), `${title}: ${expr} is ${samples[0]?.value[1]}`
    )
    assert.ok(!JSON.stringify(samples).includes('secret'))
  }
  for (const { alert, expr } of await alerts()) {
    for (const figure of figures(expr)) {
      assert.ok((await prometheus.query(`${figure}{job="face-server"}`)).length > 0, `${alert}: ${figure}`)
    }
  }
  const rules = await eventually(async () => {
    const all = await prometheus.rules()
    return all.every(({ health }) => health !== 'unknown') && all
  })
  assert.equal(rules.length, (await alerts()).length)
  for (const { name, health, lastError } of rules) assert.equal(health, 'ok', `${name}: ${lastError}`)
  assert.deepEqual(await prometheus.query('ALERTS{alertstate="firing"}'), [])
})

test('every figure of ours is described in docs/operations.md, and it describes no other', async (t) => {
  const server = await startServer(t, { FACE_DATA_DIR: await temporaryFolder(t) })
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const ours = [...text.matchAll(/^# TYPE (face_\w+)/gm)].map(([, name]) => name)
  const operations = await readFile('docs/operations.md', 'utf8')
  const described = [...operations.matchAll(/^\| `(face_\w+)/gm)].map(([, name]) => name)
  assert.deepEqual(described.sort(), ours.sort())
})

test('the panels of the dashboard explain themselves, have their own place, and ask the ' +
  'data source that was chosen', async () => {
  const panels = await dashboardPanels()
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  const taken = new Set<string>()
  for (const { title, type, description = '', gridPos: { x, y, w, h }, targets = [], datasource } of panels) {
    assert.ok(x + w <= 24, title)
    for (let column = x; column < x + w; column++) {
      for (let row = y; row < y + h; row++) {
        assert.ok(!taken.has(`${column} ${row}`), title)
        taken.add(`${column} ${row}`)
      }
    }
    if (type === 'row') continue
    assert.ok(description.length > 10 && targets.length > 0, title)
    for (const { uid } of [datasource!, ...targets.map((target) => target.datasource)]) {
      assert.match(uid, /^\$\{datasource\}$/)
    }
  }
})
