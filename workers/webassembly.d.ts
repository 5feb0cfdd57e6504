/** The part of the WebAssembly JavaScript interface used here; Node's own types leave it to the browser's. */
declare namespace WebAssembly {
  class Memory {
    constructor (descriptor: { initial: number, maximum: number, shared: true })
    /** A shared memory never detaches this; after growth a new, longer view of the same bytes. */
    readonly buffer: SharedArrayBuffer
    /** Adds pages of 64 KiB. Throws RangeError beyond the maximum. */
    grow (pages: number): number
  }

  /** Compiled code. Throws CompileError for bytes that are none. */
  class Module {
    constructor (bytes: Uint8Array)
  }

  class Instance {
    constructor (module: Module, imports?: Record<string, Record<string, Memory>>)
    readonly exports: Readonly<Record<string, unknown>>
  }
}
