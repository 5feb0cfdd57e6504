import { nodeFileSystem, type FileSystem } from '../../src/store/folder/file-system.ts'

/** A system error as Node makes it. */
export function systemError (code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: injected, ${syscall}`), { code, syscall, errno: -1 })
}

/** Counts the calls, also those on open files, and makes the ones that `fails` picks fail. */
export interface FaultyFileSystem {
  fs: FileSystem
  /** Names of the calls made, in order. */
  calls: string[]
}

type Call = (...args: unknown[]) => Promise<unknown>

/** The real file system, where `fails` returns no error code for a call. A file whose close fails is closed. */
export function faultyFileSystem (
  fails: (call: string, index: number, args: unknown[]) => string | undefined
): FaultyFileSystem {
  const calls: string[] = []

  const wrap = (target: object, prefix: string): object => new Proxy(target, {
    get (_, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function' || typeof name !== 'string') return value
      return async (...args: unknown[]) => {
        const call = prefix + name
        calls.push(call)
        const code = fails(call, calls.length - 1, args)
        if (code !== undefined) {
          if (call === 'file.close') await (value as Call).call(target)
          throw systemError(code, call)
        }
        const result = await (value as Call).apply(target, args)
        return call === 'open' ? wrap(result as object, 'file.') : result
      }
    }
  })

  return { fs: wrap({ ...nodeFileSystem }, '') as FileSystem, calls }
}
