/** Where a request stands in a trace. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  traceId: string
  /** 16 hexadecimal digits. */
  spanId: string
  /** Bit 0: the trace is recorded. */
  flags: number
}

/** `traceparent`, https://www.w3.org/TR/trace-context/: later versions may have more after the flags, ff is invalid. */
const TRACEPARENT = new RegExp(
  '^(?:00|(?!ff)(?<later>[0-9a-f]{2}))-(?!0{32})(?<trace>[0-9a-f]{32})-(?!0{16})(?<span>[0-9a-f]{16})' +
  '-(?<flags>[0-9a-f]{2})(?<rest>-.*)?$'
)

/** Reads the header `traceparent`; null when it is missing or invalid, which the standard says to ignore. */
export function readTraceparent (header: unknown): TraceContext | null {
  const groups = typeof header === 'string' ? TRACEPARENT.exec(header)?.groups : undefined
  if (!groups || (groups['rest'] && !groups['later'])) return null
  const { trace = '', span = '', flags = '' } = groups
  return { traceId: trace, spanId: span, flags: parseInt(flags, 16) & 1 }
}

/** The same as a header. */
export function traceparent ({ traceId, spanId, flags }: TraceContext): string {
  return `00-${traceId}-${spanId}-0${flags & 1}`
}
