import type { ToPrimary } from './messages.ts'
import type { ServerProcess } from './server-process.ts'

/** Tells each server process what the others have counted. */
export interface CountRelay {
  /** Counts a process in. */
  join (process: ServerProcess): void
  /** Takes a message of a process. */
  handle (process: ServerProcess, message: ToPrimary): void
}

/** Makes the relay of the primary. */
export function createCountRelay (): CountRelay {
  const members = new Set<ServerProcess>()
  return {
    join (process) {
      members.add(process)
      process.exited.then(() => members.delete(process), () => {})
    },
    handle (process, message) {
      if (message.type !== 'counts') return
      for (const member of members) if (member !== process) member.send(message)
    }
  }
}
