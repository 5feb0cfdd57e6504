import cluster from 'node:cluster'
import { createInterface } from 'node:readline'
import type { ToPrimary, ToServer } from './messages.ts'

/** How a process ended; without a code when by a signal, without either when the system refused to start it. */
export interface Exit {
  pid: number | undefined
  code: number | null
  signal: string | null
}

/** A server process ended before it was ready. */
export class EarlyExit extends Error {
  override name = 'EarlyExit'
  readonly exit: Exit

  constructor (exit: Exit) {
    super('a server process ended before it was ready')
    this.exit = exit
  }
}

/** One server process, from its fork to its end. */
export interface ServerProcess {
  /** Resolves when it listens, thus has its models warm and the encodings loaded; rejects with {@link EarlyExit}. */
  readonly ready: Promise<void>
  readonly exited: Promise<Exit>
  /** Resolves when it has ended, by force after `limitMs`; one that is not ready yet has nothing to finish. */
  end (how: 'stop' | 'retire', limitMs: number): Promise<void>
  send (message: ToServer): void
  kill (): void
}

export interface ForkOptions {
  /** Its environment, beside that of this process. */
  env: Readonly<Record<string, string | undefined>>
  /** Called with every line that it writes to stdout. */
  onLine: (line: string) => void
  /** Called with its messages. */
  onMessage: (message: ToPrimary, process: ServerProcess) => void
}

/** Starts a server process; `cluster.setupPrimary` has said which program. */
export function forkServer ({ env, onLine, onMessage }: ForkOptions): ServerProcess {
  const worker = cluster.fork(env)
  const { pid } = worker.process
  if (worker.process.stdout) createInterface({ input: worker.process.stdout }).on('line', onLine)

  const exited = new Promise<Exit>((resolve) => {
    // Not 'exit': until 'close' there may be lines to read.
    worker.process.once('close', (code, signal) => resolve({ pid, code, signal }))
    worker.on('error', () => { if (pid === undefined) resolve({ pid, code: null, signal: null }) })
  })
  let listening = false
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('listening', () => {
      listening = true
      resolve()
    })
    exited.then((exit) => reject(new EarlyExit(exit)), reject)
  })
  ready.catch(() => {}) // Without a waiter this must not end the primary.
  const kill = (): void => { worker.process.kill('SIGKILL') }
  const send = (message: ToServer): void => { worker.send(message, () => {}) } // It may have ended.

  const server: ServerProcess = {
    ready,
    exited,
    kill,
    send,
    async end (how, limitMs) {
      const deadline = setTimeout(kill, listening ? limitMs : 0)
      if (listening) send({ type: how })
      await exited
      clearTimeout(deadline)
    }
  }
  worker.on('message', (message: ToPrimary) => onMessage(message, server))
  return server
}
