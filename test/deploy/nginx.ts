import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { eventually, freePort, temporaryFolder } from '../helper.ts'
import { findProgram } from '../programs.ts'

const execute = promisify(execFile)
export const NGINX = findProgram('nginx')

/** nginx with deploy/nginx/face-server.conf in a folder of its own, the servers' ports put in; not yet started. */
export interface Balancer {
  readonly url: string
  /** `nginx -t`: throws with nginx's complaint. */
  check (): Promise<void>
  /** Resolves when it listens; ended after the test. */
  start (): Promise<void>
  /** What its logs say so far. */
  logs (): Promise<string>
}

/** `tls` turns the commented lines for TLS on. */
export async function configureNginx (
  t: TestContext, ports: readonly number[], tls?: { certificate: string, key: string }
): Promise<Balancer> {
  const dir = await temporaryFolder(t)
  const port = await freePort()
  let conf = await readFile('deploy/nginx/face-server.conf', 'utf8')
  const servers = [...conf.matchAll(/^ *server [\w-]+:5000/gm)].length
  let used = 0
  conf = conf
    .replace(/^( *server) [\w-]+:5000/gm, (_, server) => `${server} 127.0.0.1:${ports[used++ % ports.length]}`)
    .replaceAll('/var/log/nginx', dir)
    .replace('/dev/shm/face-server', `${dir}/bodies`)
  if (tls) {
    conf = conf.replace(/^ *listen 80;\n/m, '').replaceAll(/^( *)#(?=(?:listen|ssl_\w+|add_header) )/gm, '$1')
      .replace(/(ssl_certificate) .*;/, `$1 ${tls.certificate};`).replace(/(ssl_certificate_key) .*;/, `$1 ${tls.key};`)
  }
  conf = conf.replace(/listen (?:80|443)\b/, `listen 127.0.0.1:${port}`)
  if (servers < ports.length) throw new Error('fewer servers in face-server.conf than ports')
  const temporary =
    ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')
  const file = join(dir, 'nginx.conf')
  await writeFile(file, `daemon off; user root; pid ${dir}/nginx.pid; events {} http { ${temporary}\n${conf}}`)
  const args = ['-p', dir, '-c', file, '-e', join(dir, 'error.log')]
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
  return {
    url,
    check: async () => { await execute(NGINX.path, [...args, '-t']) },
    async start () {
      const child = spawn(NGINX.path, args, { stdio: 'ignore' })
      t.after(() => child.kill())
      await eventually(() => {
        const socket = connect(port, '127.0.0.1')
        return once(socket, 'connect').then(() => true, () => false).finally(() => socket.destroy())
      })
    },
    logs: async () =>
      (await Promise.all(['access.log', 'error.log'].map((name) => readFile(join(dir, name), 'utf8')))).join('')
  }
}
