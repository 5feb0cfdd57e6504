import type { Config, Environment } from '../config.ts'

/** Without the variable. */
const THREAD_POOL_SIZE_DEFAULT = 4
/** Threads for files, which must not wait behind photos. */
const FILE_THREADS = 4

/**
 * Makes a server process smaller by about 100 MiB (docs/performance.md). The C library and V8 read these variables when
 * a process starts, so no process can set them for itself.
 */
const MEMORY = {
  // glibc gives large blocks back to the system at once,
  MALLOC_TRIM_THRESHOLD_: '131072',
  // and does not keep a heap of its own for each thread.
  MALLOC_ARENA_MAX: '2',
  // and asks for large blocks in huge pages, since 2.35: they come from the system at a fraction of the cost.
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1'
} as const

/** MiB of young objects that each thread's heap holds before it is tidied up: a photo leaves few behind. */
export const MEMORY_FLAGS = ['--max-semi-space-size=4'] as const

/** Threads that libuv starts in a process with this environment. */
const threadPoolSize = (environment: Environment): number =>
  Number(environment['UV_THREADPOOL_SIZE'] || THREAD_POOL_SIZE_DEFAULT)

/**
 * Threads that libuv needs. It has one pool for the whole process: the decoders of all inference threads, each with one
 * photo, queue there together with every file operation.
 */
export const threadPoolSizeNeeded = ({ INFERENCE_THREADS }: Pick<Config, 'INFERENCE_THREADS'>): number =>
  FILE_THREADS + INFERENCE_THREADS

/** Whether files wait for photos in a process with this environment. */
export function isThreadPoolTooSmall (environment: Environment, config: Pick<Config, 'INFERENCE_THREADS'>): boolean {
  return !(threadPoolSize(environment) >= threadPoolSizeNeeded(config))
}

/** The environment of a process that runs inference threads: this one, and what a process must have when it starts. */
export function processEnvironment (environment: Environment, config: Pick<Config, 'INFERENCE_THREADS'>): Environment {
  const size = isThreadPoolTooSmall(environment, config)
    ? { UV_THREADPOOL_SIZE: String(threadPoolSizeNeeded(config)) }
    : {}
  return { ...MEMORY, ...environment, ...size }
}
