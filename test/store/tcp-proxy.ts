import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** A network between a store and its database, which can be cut. */
export interface Network {
  /** The address of the database by way of this network. */
  readonly url: string
  /** Ends all connections and refuses new ones. */
  cut (): void
  mend (): void
}

/** Makes a network to the database at `url`; what a store sends may be altered to something of the same length. */
export async function startNetwork (t: TestContext, url: string, alter = (text: string) => text): Promise<Network> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let isCut = false
  const proxy = createServer((socket) => {
    if (isCut) {
      socket.destroy()
      return
    }
    const upstream = connect(Number(target.port), target.hostname)
    for (const [one, other] of [[socket, upstream], [upstream, socket]] as const) {
      sockets.add(one)
      one.on('error', () => {}).on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    socket.on('data', (bytes) => upstream.write(alter(bytes.toString('latin1')), 'latin1'))
    upstream.pipe(socket)
  })
  const cut = (): void => {
    isCut = true
    sockets.forEach((socket) => socket.destroy())
  }
  t.after(() => {
    cut()
    proxy.close()
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const proxied = new URL(url)
  proxied.port = String((proxy.address() as AddressInfo).port)
  return { url: proxied.href, cut, mend: () => { isCut = false } }
}
