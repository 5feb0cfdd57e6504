/**
 * What makes a server process smaller by about 100 MiB (docs/performance.md). The C library and V8 read it when a process
 * starts, so that no process can set it for itself.
 */
export const MEMORY_ENVIRONMENT = {
  // glibc gives large blocks back to the system at once,
  MALLOC_TRIM_THRESHOLD_: '131072',
  // and does not keep a heap of its own for each thread.
  MALLOC_ARENA_MAX: '2',
  // and asks for large blocks in huge pages, since 2.35: they come from the system at a fraction of the cost.
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1'
} as const

/** MiB of young objects that each thread's heap holds before it is tidied up: a photo leaves few behind. */
export const MEMORY_FLAGS = ['--max-semi-space-size=4'] as const
