import { isIP, isIPv6 } from 'node:net'

/** Names that Fastify knows for ranges of addresses. */
const RANGES = ['loopback', 'linklocal', 'uniquelocal']
const HOPS = /^\d{1,2}$/

/** Which proxies are believed what they say of their clients, as Fastify takes it. */
export type TrustProxy = boolean | string[] | ((address: string, hop: number) => boolean)

function isAddressOrSubnet (text: string): boolean {
  if (RANGES.includes(text)) return true
  const [address = '', bits, ...rest] = text.split('/')
  if (isIP(address) === 0 || rest.length > 0) return false
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (isIPv6(address) ? 128 : 32))
}

/**
 * Reads `TRUST_PROXY`: `false`, `true` (everybody), a number of proxies, or addresses and subnets separated by commas;
 * null when it is none of these.
 */
export function parseTrustProxy (text: string): TrustProxy | null {
  if (text === 'true' || text === 'false') return text === 'true'
  if (HOPS.test(text)) {
    const hops = Number(text)
    // Fastify itself trusts nobody by a number, as that says nothing of who connects.
    return hops > 0 && ((_address, hop) => hop < hops)
  }
  const proxies = text.split(',').map((one) => one.trim())
  return proxies.every(isAddressOrSubnet) ? proxies : null
}
