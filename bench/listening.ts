import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

const LISTENING = /Server listening at (https?:\/\/[\d.]+:\d+)/

/**
 * Resolves with the address that a server says it listens at; `output` is all it wrote so far. Rejects when it ends
 * instead.
 */
export function listeningUrl (child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', () => {
      const url = LISTENING.exec(output())?.[1]
      if (url) resolve(url)
    })
    child.once('close', (code, signal) => reject(new Error(`the server ended with ${code ?? signal}: ${output()}`)))
    child.once('error', reject)
  })
}

/** A port of 127.0.0.1 that nobody listens on, for programs that cannot choose one themselves. */
export async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
