/** The system's error code, such as ENOENT; undefined for any other error. */
export function errorCode (err: unknown): string | undefined {
  if (!(err instanceof Error && 'syscall' in err && 'code' in err)) return undefined
  return typeof err.code === 'string' ? err.code : undefined
}

/** An error in one line without a stack. */
export function reasonOf (err: unknown): string {
  // A host none of whose addresses can be connected to.
  if (err instanceof AggregateError && err.message === '') return err.errors.map(reasonOf).join(', ')
  return err instanceof Error ? err.message : String(err)
}
