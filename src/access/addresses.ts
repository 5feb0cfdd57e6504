import { BlockList, isIP, isIPv6 } from 'node:net'

const BITS = /^(?:0|[1-9]\d{0,2})$/

/** Whether the text is an IP address, or a subnet as `192.168.7.0/24`. */
export function isAddressRange (text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  if (isIP(address) === 0 || rest.length > 0) return false
  return bits === undefined || (BITS.test(bits) && Number(bits) <= (isIPv6(address) ? 128 : 32))
}

/** Tells whether an address is in one of these ranges; an IPv4 address also where it is written as an IPv6 one. */
export function createAddressCheck (ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
