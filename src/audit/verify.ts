import { closesOff, continues, EMPTY_TAIL, parseLine, tailAt, type ChainedLine, type Tail } from './chain.ts'
import type { Head, HeadVerifier, Signature } from './heads.ts'

/** So many problems are described; further ones are counted. */
const DESCRIBED_MAX = 100
const LINE_FEED = Buffer.from('\n')

/** What verifying found. */
export interface AuditVerification {
  /** Lines of the chain. */
  lines: number
  /** Number and hash of the last one. */
  end: { seq: number, hash: string }
  /** Heads whose signature is right. */
  signedHeads: number
  /** The line up to which a right signature vouches; 0 for none. */
  signedUntil: number
  /** Writes that a crash tore; nothing of them was acknowledged. */
  torn: number
  /** Intents whose outcome is not in the log: the server ended before it was written. */
  withoutOutcome: number
  /** One line for each place at which the chain is not as it was written. */
  problems: string[]
}

/**
 * Follows the chain through all lines. `heads` were kept elsewhere: what they vouch for must be there. `isSignedBy`
 * checks signatures; without it those in the log count for nothing, and heads are taken as they are.
 */
export async function verifyAudit (
  lines: AsyncIterable<Buffer>,
  { heads = [], isSignedBy }: { heads?: ReadonlyArray<Head & Signature>, isSignedBy?: HeadVerifier | undefined } = {}
): Promise<AuditVerification> {
  const problems: string[] = []
  let further = 0
  const tell = (problem: string): void => {
    if (problems.length < DESCRIBED_MAX) problems.push(problem)
    else further++
  }
  const expected = new Map(heads.map((head) => [head.seq, head]))
  const open = new Set<string>()
  let tail: Tail = EMPTY_TAIL
  let damaged: Buffer[] = []
  let [count, signedHeads, signedUntil, torn] = [0, 0, 0, 0]

  for (const head of heads) {
    if (isSignedBy && !isSignedBy(head, head)) {
      tell(`the head of line ${head.seq} that was kept is not signed by this key`)
    }
  }

  /** What stands between two lines of the chain and is none is explained by a recovery that names its hash. */
  function explainDamage (line: ChainedLine): void {
    if (damaged.length === 0) return
    const bytes = Buffer.concat(damaged.flatMap((part, i) => i === 0 ? [part] : [LINE_FEED, part]))
    damaged = []
    if (continues(tail, line) && closesOff(line, bytes)) torn++
    else tell(`after line ${tail.seq} stands something that is no line of the log`)
  }

  function compareWithTail (line: ChainedLine): void {
    if (continues(tail, line)) return
    const { seq } = line
    if (seq === tail.seq + 1) tell(`line ${tail.seq} was changed, or line ${seq} was`)
    else if (seq > tail.seq + 2) tell(`lines ${tail.seq + 1} to ${seq - 1} are missing`)
    else if (seq === tail.seq + 2) tell(`line ${seq - 1} is missing`)
    else tell(`line ${seq} stands after line ${tail.seq}`)
  }

  function checkHead (line: ChainedLine): void {
    const { key, signature } = line as Signature
    if (!isSignedBy || signature === undefined) return
    const head = { seq: line.seq - 1, hash: line.previous, at: line.at }
    if (isSignedBy(head, { ...key !== undefined && { key }, signature })) {
      signedHeads++
      signedUntil = head.seq
    } else tell(`the signature in line ${line.seq} is not of this key, or what it signs was changed`)
  }

  for await (const bytes of lines) {
    const line = parseLine(bytes)
    if (!line) {
      damaged.push(bytes)
      continue
    }
    explainDamage(line)
    compareWithTail(line)
    count++
    if (line.type === 'intent') open.add(String(line['id']))
    if (line.type === 'outcome') open.delete(String(line['id']))
    if (line.type === 'head') checkHead(line)
    tail = tailAt(tail, line, bytes)
    const head = expected.get(tail.seq)
    if (head && head.hash !== tail.hash) {
      tell(`line ${tail.seq} or one before it is not what the head that was kept signs`)
    }
    expected.delete(tail.seq)
  }
  // A server may be writing it.
  if (damaged.length > 0) tell(`after line ${tail.seq} the log ends in something that is no line of it`)
  for (const { seq, at } of expected.values()) {
    tell(`the log ends at line ${tail.seq}: line ${seq}, which was there at ${at}, is cut off`)
  }
  if (further > 0) problems.push(`and ${further} more`)
  return {
    lines: count,
    end: { seq: tail.seq, hash: tail.hash },
    signedHeads,
    signedUntil,
    torn,
    withoutOutcome: open.size,
    problems
  }
}
