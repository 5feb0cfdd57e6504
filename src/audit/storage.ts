import type { Tail } from './chain.ts'

/** Lines that continue the chain, without line feeds, and its end with them. */
export interface Extension {
  lines: string[]
  tail: Tail
}

/** Where the lines lie; all processes that share it have one chain. */
export interface AuditStorage {
  /**
   * Appends what `extend` makes of the present end, durably; nobody else's lines come between. Nothing is written if it
   * makes none. `mayUseReserve` lets it fill the last of the disk. Throws `STORE_UNAVAILABLE` or `STORE_FULL`; then
   * nothing was acknowledged, and the lines may be there or not.
   */
  append (extend: (tail: Tail) => Extension, options?: { mayUseReserve: boolean }): Promise<void>
  /** All lines, oldest first, as they are: also what is none. */
  lines (): AsyncIterable<Buffer>
  close (): Promise<void>
}
