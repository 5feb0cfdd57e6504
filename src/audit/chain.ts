import { hash } from 'node:crypto'

/** What the first line names as the hash of the one before. */
const NOTHING_BEFORE = '0'.repeat(64)
const HASH = /^[0-9a-f]{64}$/

/** The end of the chain: its last line, and the last of its heads. */
export interface Tail {
  /** Number of the last line, from 1; 0 for an empty log. */
  seq: number
  /** SHA-256 of the last line, without its line feed. */
  hash: string
  headSeq: number
  /** Milliseconds since 1970. */
  headAt: number
}

/** The end of an empty log. */
export const EMPTY_TAIL: Tail = { seq: 0, hash: NOTHING_BEFORE, headSeq: 0, headAt: 0 }

/** A line of the log, as far as every line has it. */
export interface ChainedLine extends Readonly<Record<string, unknown>> {
  seq: number
  /** Hash of the line before. */
  previous: string
  /** ISO 8601. */
  at: string
  type: string
}

/** The line as it is stored, and the chain's end with it. Heads are noted in the tail. */
export function chainLine (tail: Tail, at: Date, fields: { type: string }): { line: string, tail: Tail } {
  const seq = tail.seq + 1
  const line = JSON.stringify({ seq, previous: tail.hash, at: at.toISOString(), ...fields })
  return { line, tail: extend(tail, { seq, at: at.toISOString(), type: fields.type }, line) }
}

function extend (tail: Tail, { seq, at, type }: Pick<ChainedLine, 'seq' | 'at' | 'type'>, line: string | Buffer): Tail {
  const head = type === 'head' ? { headSeq: seq, headAt: Date.parse(at) } : {}
  return { ...tail, ...head, seq, hash: hash('sha256', line, 'hex') }
}

/** Reads a line; null for what is none. */
export function parseLine (bytes: Buffer): ChainedLine | null {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { seq, previous, at, type } = value as Record<string, unknown>
  const isLine = Number.isSafeInteger(seq) && typeof previous === 'string' && HASH.test(previous) &&
    typeof at === 'string' && !Number.isNaN(Date.parse(at)) && typeof type === 'string'
  return isLine ? value as ChainedLine : null
}

/** Whether the line is the next one after the tail. */
export function continues (tail: Tail, { seq, previous }: ChainedLine): boolean {
  return seq === tail.seq + 1 && previous === tail.hash
}

/** The chain's end with the line, which need not continue it. */
export function tailAt (tail: Tail, line: ChainedLine, bytes: Buffer): Tail {
  return extend(tail, line, bytes)
}

/** The end of the chain before a line. */
export function tailBefore ({ seq, previous }: ChainedLine): Tail {
  return { ...EMPTY_TAIL, seq: seq - 1, hash: previous }
}

const LINE_FEED = 0x0a

/** The lines that end in the bytes, with where the next one begins. */
export function * splitLines (bytes: Buffer): Generator<{ bytes: Buffer, end: number }> {
  for (let start = 0; ;) {
    const feed = bytes.indexOf(LINE_FEED, start)
    if (feed < 0) return
    yield { bytes: bytes.subarray(start, feed), end: feed + 1 }
    start = feed + 1
  }
}

/** Whether the line says that these bytes before it are what a crash has left of a write. */
export function closesOff (line: ChainedLine, torn: Buffer): boolean {
  return line.type === 'recovery' && line['torn_sha256'] === hash('sha256', torn, 'hex')
}

/** What closes off the bytes of a torn write, see {@link closesOff}. */
export function recoveryFields (torn: Buffer): { type: 'recovery', torn_bytes: number, torn_sha256: string } {
  return { type: 'recovery', torn_bytes: torn.length, torn_sha256: hash('sha256', torn, 'hex') }
}

/**
 * Goes on from the tail through the bytes as long as lines continue it, also behind torn writes that were closed off;
 * `end` is where the first other byte is.
 */
export function follow (tail: Tail, bytes: Buffer): { tail: Tail, end: number } {
  let reached = { tail, end: 0 }
  let start = 0
  for (const line of splitLines(bytes)) {
    const parsed = parseLine(line.bytes)
    const isNext = parsed && continues(reached.tail, parsed)
    if (isNext && (start === reached.end || closesOff(parsed, bytes.subarray(reached.end, start - 1)))) {
      reached = { tail: tailAt(reached.tail, parsed, line.bytes), end: line.end }
    }
    start = line.end
  }
  return reached
}
