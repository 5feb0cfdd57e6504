/**
 * `tsx bench/upload-attack.ts URL KIND COUNT`: uploads that never end, for bench/uploads.ts, in a process of its own.
 */
import { connect } from 'node:net'

/** What each upload sends after its head, and how often another byte follows. */
export const ATTACKS = {
  stall: { bytes: 9_500_000, dripMs: 0 },
  drip: { bytes: 1, dripMs: 1_000 },
  announce: { bytes: 0, dripMs: 0 }
} as const

export type Attack = keyof typeof ATTACKS

const BODY = Buffer.alloc(ATTACKS.stall.bytes)

function upload (url: URL, attack: Attack): void {
  const { bytes, dripMs } = ATTACKS[attack]
  const socket = connect(Number(url.port), url.hostname)
  socket.write(`POST /recognize HTTP/1.1\r\nHost: ${url.host}\r\n` +
    'Content-Type: image/jpeg\r\nContent-Length: 10000000\r\n\r\n')
  if (bytes > 0) socket.write(BODY.subarray(0, bytes))
  const timer = dripMs > 0 ? setInterval(() => socket.write('.'), dripMs) : undefined
  socket.on('error', () => {}).on('close', () => clearInterval(timer)).resume()
}

const [url, attack, count] = process.argv.slice(2)
if (url !== undefined && process.argv[1] === import.meta.filename) {
  for (let i = 0; i < Number(count); i++) upload(new URL(url), attack as Attack)
  // Until it is killed.
  setInterval(() => {}, 60_000)
}
