import cluster from 'node:cluster'
import { createInterface } from 'node:readline'

/** What the primary tells a server process: end at once, or when the clients that are connected have let go. */
export type Command = 'stop' | 'retire'

/** What a server process tells the primary that cannot do all of its work any more. */
export const REPLACE_ME = 'replace me'

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
  /** Resolves when it has ended, which it is forced to after `limitMs`; one that is not ready yet has nothing to finish. */
  end (command: Command, limitMs: number): Promise<void>
  kill (): void
}

export interface ForkOptions {
  /** Its environment, beside that of this process. */
  env: Readonly<Record<string, string | undefined>>
  /** Hears every line that it writes to stdout. */
  onLine: (line: string) => void
  /** Hears that it cannot do all of its work any more. */
  onUnfit: () => void
}

/** Starts a server process; `cluster.setupPrimary` has said which program. */
export function forkServer ({ env, onLine, onUnfit }: ForkOptions): ServerProcess {
  const worker = cluster.fork(env)
  const { pid } = worker.process
  if (worker.process.stdout) createInterface({ input: worker.process.stdout }).on('line', onLine)

  worker.on('message', (message) => { if (message === REPLACE_ME) onUnfit() })

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
  ready.catch(() => {}) // Whoever waits for it is told.
  const kill = (): void => { worker.process.kill('SIGKILL') }

  return {
    ready,
    exited,
    kill,
    async end (command, limitMs) {
      const deadline = setTimeout(kill, listening ? limitMs : 0)
      if (listening) worker.send(command, () => {})
      await exited
      clearTimeout(deadline)
    }
  }
}
