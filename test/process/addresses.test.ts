import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { NGINX } from '../deploy/nginx.ts'
import { eventually, freePort, startApp, temporaryFolder } from '../helper.ts'

const ISOLATED = ['--net', '--mount', '--map-root-user']
const FIXTURE = fileURLToPath(new URL('fixtures/ask-over-bridge.ts', import.meta.url))

/** Why namespaces cannot be had, or false. */
function withoutNamespaces (): string | false {
  try {
    const command = 'mount -t tmpfs none /run && ip netns add test'
    execFileSync('unshare', [...ISOLATED, 'sh', '-c', command], { stdio: 'ignore' })
    return false
  } catch {
    return 'unshare or ip cannot make network namespaces here'
  }
}

test('over a bridge as of Compose the old endpoints are open until the first key, and new ones never; the ' +
  'gateway\'s address is trusted no more than any', { skip: withoutNamespaces() }, async (t) => {
  const { stdout } = await promisify(execFile)('unshare', [
    ...ISOLATED, 'sh', '-c', 'mount -t tmpfs none /run && exec "$@"', 'sh',
    process.execPath, '--import', 'tsx', FIXTURE, await temporaryFolder(t)
  ], { timeout: 120_000 })
  assert.deepEqual(JSON.parse(stdout), {
    open: [200, 401], closed: [401, 401], gateway: [200, 200], loopback: [401, 401]
  })
})

test('behind nginx\'s bare proxy_pass, which makes every client 127.0.0.1, nobody is let in ' +
  'for that', { skip: NGINX.missing }, async (t) => {
  const app = await startApp(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const [dir, port] = [await temporaryFolder(t), await freePort()]
  const file = join(dir, 'nginx.conf')
  const temporary =
    ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')
  const target = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  await writeFile(file, `daemon off; user root; pid ${dir}/nginx.pid; events {} http { ${temporary} access_log off;
    server { listen 127.0.0.1:${port}; location / { proxy_pass ${target}; } } }`)
  const nginx = spawn(NGINX.path, ['-p', dir, '-c', file, '-e', join(dir, 'error.log')], { stdio: 'ignore' })
  t.after(() => nginx.kill())
  await eventually(() => {
    const socket = connect(port, '127.0.0.1')
    return once(socket, 'connect').then(() => true, () => false).finally(() => socket.destroy())
  })
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<number> => (
    (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status
  )
  assert.deepEqual([await ask('/status/1'), await ask('/users'), await ask('/keys')], [200, 401, 401])
  const { key } = await app.keys.create({ name: 'a', role: 'enroller' })
  assert.deepEqual([await ask('/status/1'), await ask('/stats'), await ask('/users')], [401, 401, 401])
  // Whatever is said of the client, nobody believes it.
  for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded']) {
    assert.equal(await ask('/status/1', { [name]: '127.0.0.1' }), 401, name)
  }
  assert.equal(await ask('/status/1', { 'x-api-key': key }), 200)
})
