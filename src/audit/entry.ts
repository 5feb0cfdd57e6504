/** What is audited: changes, exports of personal data, and who may make them. */
export const AUDIT_ACTIONS = [
  'enrol', 'delete-user', 'change-user', 'delete-encoding', 'export-user', 'import-users',
  'add-rejection', 'delete-rejection',
  'create-key', 'change-key', 'revoke-key', 'create-pairing', 'complete-pairing', 'open-session', 'end-session',
  'record-attendance', 'correct-attendance', 'export-attendance', 'change-webhook', 'change-setting',
  'expire-user', 'backup', 'command'
] as const

export type AuditAction = typeof AUDIT_ACTIONS[number]

/** Facts beside the fixed ones: never a name, a photo, an encoding or a secret. */
export type AuditDetails = Readonly<Record<string, unknown>>

/** Who asked for it. */
export interface Actor {
  /** Of the key; never the key. */
  id: string
  via: string
  role?: string
}

/** Something is about to be done. */
export interface IntentEntry {
  type: 'intent'
  /** Repeated by the outcome. */
  id: string
  action: AuditAction
  /** Nobody showed a key: null. */
  actor: Actor | null
  /** Whence the request came. */
  address?: string
  /** The request's id in the log. */
  request?: string
  /** Pseudonym of the person concerned. */
  person?: string
  details?: AuditDetails
}

/** What came of an intent. */
export interface OutcomeEntry {
  type: 'outcome'
  id: string
  /** `ok` or the code of the error. */
  outcome: string
  status?: number
  /** If it is not the one of the intent: somebody else was first to enrol them. */
  person?: string
  details?: AuditDetails
}

/** A server has started; its settings without secrets. */
export interface StartEntry {
  type: 'start'
  version: string
  settings: AuditDetails
}

/** Requests of one address that were refused for their key within a minute. */
export interface RefusalsEntry {
  type: 'refusals'
  address: string
  code: string
  count: number
  /** The first and the last, ISO 8601. */
  from: string
  until: string
}

export type AuditEntry = IntentEntry | OutcomeEntry | StartEntry | RefusalsEntry
