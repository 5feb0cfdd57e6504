import { randomBytes } from 'node:crypto'
import type { EncodingStore } from '../store/encoding-store.ts'
import type { AuditLog } from './audit-log.ts'
import type { AuditAction, AuditDetails, IntentEntry, OutcomeEntry } from './entry.ts'
import { findPerson } from './person.ts'

/** These make room on a full disk. */
const MAKES_ROOM: ReadonlySet<AuditAction> = new Set(['delete-user', 'delete-encoding', 'expire-user'])

/** What is about to be done, and to whom. */
export interface Plan extends Omit<IntentEntry, 'type' | 'id' | 'person'> {
  /** `String(userId)` of the person concerned. */
  userKey?: string
}

/** It is in the log that it was about to be done. */
export interface Intent {
  /** For the record of a user who is enrolled now; see src/audit/person.ts. */
  salt?: string
  /** Appends what came of it. Throws as {@link AuditLog.append}. */
  end (outcome: Pick<OutcomeEntry, 'outcome' | 'status' | 'details'>): Promise<void>
}

/** Writes intents before changes and outcomes after them. */
export interface AuditTrail {
  /** Resolves when the intent is durable. Throws as {@link AuditLog.append}: then the change must not be made. */
  begin (plan: Plan): Promise<Intent>
}

/** `store` has the salts. */
export function createAuditTrail (log: Pick<AuditLog, 'append'>, store: Pick<EncodingStore, 'get'>): AuditTrail {
  return {
    async begin ({ userKey, details, ...plan }) {
      const id = randomBytes(8).toString('hex')
      const person = userKey === undefined ? undefined : await findPerson(store, userKey)
      const mayUseReserve = MAKES_ROOM.has(plan.action)
      await log.append({
        type: 'intent', id, ...plan, ...person && { person: person.pseudonym }, ...details && { details }
      }, { mayUseReserve })

      /** The pseudonym that the user was given if somebody else enrolled them at the same moment. */
      async function otherPseudonym (): Promise<string | undefined> {
        if (userKey === undefined || !person?.isNew) return undefined
        const { pseudonym, isNew } = await findPerson(store, userKey)
        return isNew || pseudonym === person.pseudonym ? undefined : pseudonym
      }

      return {
        ...person && { salt: person.salt },
        async end (outcome) {
          const other = outcome.outcome === 'ok' ? await otherPseudonym().catch(() => undefined) : undefined
          await log.append({ type: 'outcome', id, ...outcome, ...other && { person: other } }, { mayUseReserve })
        }
      }
    }
  }
}

/** Runs the work between its intent and its outcome, for what is no request. */
export async function audited<T> (
  trail: AuditTrail, plan: Plan, work: () => Promise<T>, detailsOf?: (result: T) => AuditDetails
): Promise<T> {
  const intent = await trail.begin(plan)
  let result: T
  try {
    result = await work()
  } catch (err) {
    const code = err instanceof Error && 'code' in err ? String(err.code) : 'INTERNAL_ERROR'
    await intent.end({ outcome: code })
    throw err
  }
  await intent.end({ outcome: 'ok', ...detailsOf && { details: detailsOf(result) } })
  return result
}
