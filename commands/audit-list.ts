import { parseLine, type ChainedLine } from '../src/audit/chain.ts'
import type { IntentEntry, OutcomeEntry, RefusalsEntry, StartEntry } from '../src/audit/entry.ts'
import type { AuditCommand } from './audit-arguments.ts'

type Wanted = Omit<AuditCommand & { name: 'list' }, 'name' | 'user'>

type Read<T> = ChainedLine & T

function intentText (
  { at, action, actor, address, person, details }: Read<IntentEntry>, outcome: Read<OutcomeEntry> | undefined
): string {
  const facts = { ...details, ...outcome?.details }
  return [
    at,
    action,
    outcome?.outcome ?? 'outcome unknown',
    `by ${actor ? `${actor.id} (${actor.via})` : 'nobody with a key'}`,
    ...address !== undefined ? [`from ${address}`] : [],
    ...person !== undefined ? [`person ${outcome?.person ?? person}`] : [],
    ...Object.entries(facts).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  ].join('  ')
}

function otherText (line: ChainedLine): string | null {
  if (line.type === 'refusals') {
    const { at, address, code, count } = line as Read<RefusalsEntry>
    return `${at}  refused  ${code}  ${count} times from ${address}`
  }
  if (line.type === 'start') return `${line.at}  server started  version ${(line as Read<StartEntry>).version}`
  return null
}

/** The log in lines for people: intents with their outcomes, of one person if their pseudonym is given. */
export async function * listAudit (
  lines: () => AsyncIterable<Buffer>, { action, since, until }: Wanted, person?: string
): AsyncGenerator<string> {
  // What follows an intent is not far behind it, but nothing says how far.
  const outcomes = new Map<string, Read<OutcomeEntry>>()
  for await (const bytes of lines()) {
    const line = parseLine(bytes)
    if (line?.type === 'outcome') outcomes.set(String(line['id']), line as Read<OutcomeEntry>)
  }
  for await (const bytes of lines()) {
    const line = parseLine(bytes)
    if (!line) continue
    const moment = new Date(line.at)
    if ((since && moment < since) || (until && moment >= until)) continue
    if (line.type === 'intent') {
      const intent = line as Read<IntentEntry>
      const outcome = outcomes.get(intent.id)
      if (action !== undefined && intent.action !== action) continue
      if (person !== undefined && (outcome?.person ?? intent.person) !== person) continue
      yield intentText(intent, outcome)
    } else if (action === undefined && person === undefined) {
      const text = otherText(line)
      if (text !== null) yield text
    }
  }
}
