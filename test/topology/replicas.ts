/**
 * `npm run topology`: three servers behind nginx with one PostgreSQL, as docker-compose.yml's profile `scale` and the
 * manifests have them, but as processes: nginx with deploy/nginx/face-server.conf, the built servers, a
 * database of its own. In the middle of traffic one server and the database are killed. Fails if anything
 * acknowledged is lost or a recognition fails.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configureNginx, NGINX } from '../deploy/nginx.ts'
import { eventually, freePort } from '../helper.ts'
import { portraits } from '../photos.ts'
import { logOf, startServer, type ServerProcess } from '../process/server-process.ts'
import { onCluster } from '../store/postgres-cluster.ts'
import { startTraffic } from './traffic.ts'

/** Enough requests for each server to get some. */
const STEP = 30
const KNOWN = 'anna'

const say = (line: string): void => { process.stdout.write(`${line}\n`) }
const json = async <Body>(url: string): Promise<Body> => await (await fetch(url)).json() as Body
const send = (url: string, body: Buffer): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'image/jpeg' } })

async function recognizes (url: string, photo: Buffer): Promise<boolean> {
  return (await (await send(`${url}/recognize`, photo)).json() as { user_id: unknown }).user_id === KNOWN
}

async function registered (url: string, userId: string): Promise<boolean> {
  return (await json<{ registered: boolean }>(`${url}/status/${userId}`)).registered
}

async function checksum ({ url }: ServerProcess): Promise<string> {
  return (await json<{ stats: { gallery_checksum: string } }>(`${url}/stats`)).stats.gallery_checksum
}

await onCluster('three servers behind nginx with one database', (database) => {
  test('nothing acknowledged is lost and recognition never stops while a server and ' +
    'the database are killed', { skip: NGINX.missing }, async (t) => {
    const env = {
      DATABASE_URL: await database.createDatabase(),
      TRUST_PROXY: '1',
      RATE_LIMIT_MAX: '1000000',
      DUPLICATE_TOLERANCE: '0'
    }
    const ports = await Promise.all([freePort(), freePort(), freePort()])
    const start = (port: number): Promise<ServerProcess> => startServer(t, { ...env, PORT: String(port) })
    const servers = await Promise.all(ports.map(start))
    const balancer = await configureNginx(t, ports)
    await balancer.start()
    const [anna, annaAgain, visitor] = await Promise.all([portraits.anna(), portraits.annaAgain(), portraits.bella()])

    assert.equal((await send(`${balancer.url}/register-face?user_id=${KNOWN}`, anna)).status, 200)
    for (const { url } of servers) await eventually(() => recognizes(url, annaAgain))
    say('registered through nginx, recognised by each of three servers')

    const traffic = startTraffic({ url: balancer.url, known: { photo: annaAgain, userId: KNOWN }, visitor })
    const goesOn = async (count: () => number, more: number): Promise<number> => {
      const [before, startedAt] = [count(), performance.now()]
      await eventually(() => count() >= before + more, 60_000)
      return performance.now() - startedAt
    }
    await goesOn(traffic.recognized, STEP)
    await goesOn(() => traffic.present.size, 5)

    const [killed, ...others] = servers as [ServerProcess, ...ServerProcess[]]
    killed.child.kill('SIGKILL')
    await killed.exited
    await goesOn(() => traffic.present.size, 5)
    say(`one server killed: ${STEP} more recognitions in ` +
      `${(await goesOn(traffic.recognized, STEP)).toFixed(0)} ms, registrations go on`)

    await database.crash()
    const refused = (): number =>
      [...traffic.uncertain.values()].filter((says) => says === '503 STORE_UNAVAILABLE').length
    await goesOn(refused, 3)
    say(`the database killed, too: ${STEP} more recognitions in ` +
      `${(await goesOn(traffic.recognized, STEP)).toFixed(0)} ms, registrations refused`)

    await database.start()
    await goesOn(() => traffic.present.size, 5)
    const revived = await start(ports[0]!)
    // nginx leaves alone for ten seconds who could not be reached.
    await eventually(() => logOf(revived).some(({ msg }) => msg === 'request'), 60_000)
    await goesOn(traffic.recognized, STEP)
    await traffic.stop()
    say('the database and the server are back: registrations go on, and nginx sends the server requests again')

    for (const { url } of [revived, ...others]) {
      assert.ok(await recognizes(url, annaAgain))
      for (const userId of traffic.present) assert.ok(await registered(url, userId), `${userId} is lost`)
      for (const userId of traffic.deleted) assert.ok(!await registered(url, userId), `${userId} is back`)
    }
    const sum = await checksum(revived)
    for (const server of others) await eventually(async () => await checksum(server) === sum)

    const retried =
      (await balancer.logs()).split('\n').filter((line) => line.includes('POST') && line.includes(', 127.0.0.1')).length
    const answers = [...traffic.uncertain.values()]
    const uncertain =
      [...new Set(answers)].map((says) => `${answers.filter((other) => other === says).length} × ${says}`)
    say(`${traffic.recognized()} recognitions, ${traffic.failures.length} failed ${traffic.failures.join(', ')}; ` +
      `${retried} requests were sent to a second server; ` +
      `longest time without an answer ${traffic.longestPauseMs().toFixed(0)} ms`)
    say(`${traffic.present.size} registrations and ${traffic.deleted.size} deletions acknowledged, all kept by all ` +
      'servers, which have the same in memory; ' +
      `not acknowledged: ${uncertain.join(', ')}`)
    assert.deepEqual(traffic.failures, [])
  })
})
