import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { CommandError } from '../commands/command-error.ts'

/** Another program that encodes faces, to be measured as this server is. */
export interface Peer {
  /** As the program calls itself. */
  name: string
  /** Encodes the largest face of a photo; null without one. One photo at a time. */
  encode (path: string): Promise<Float32Array | null>
  close (): Promise<void>
}

const QUOTED_CHARACTERS = 60

/** Null for a line that is neither an encoding nor null. */
function parseAnswer (line: string): { encoding: Float32Array | null } | null {
  try {
    const value: unknown = JSON.parse(line)
    if (value === null) return { encoding: null }
    return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite)
      ? { encoding: Float32Array.from(value as number[]) }
      : null
  } catch {
    return null
  }
}

/**
 * Starts a program by its shell command. It writes a line with its name when it is ready; then it reads paths of
 * photos, a line each, and writes a line of JSON for each: the encoding as a list of numbers, always as many, or null.
 * Throws {@link CommandError} when it ends before, or writes anything else.
 */
export async function startPeer (command: string): Promise<Peer> {
  const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  // What is written to a program that has ended is missed where its answer is.
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  let length: number | undefined

  async function nextLine (): Promise<string> {
    const { value, done } = await lines.next()
    if (!done) return value
    const [code, signal] = await closed as [number | null, string | null]
    throw new CommandError(`${command}: ended with ${signal ?? code} before it had answered`)
  }

  return {
    name: await nextLine(),
    async encode (path) {
      child.stdin.write(`${path}\n`)
      const line = await nextLine()
      const answer = parseAnswer(line)
      length ??= answer?.encoding?.length
      if (answer === null || (answer.encoding && answer.encoding.length !== length)) {
        throw new CommandError(`${command}: expected null or ${length ?? 'some'} numbers for a photo, found ` +
          `${JSON.stringify(line.slice(0, QUOTED_CHARACTERS))}`)
      }
      return answer.encoding
    },
    async close () {
      child.stdin.end()
      await closed
    }
  }
}
