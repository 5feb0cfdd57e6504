/** The formats a kiosk may send. Anything else never reaches a decoder. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif'

const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n'
const AVIF_BRANDS = ['avif', 'avis']
/** A file type box longer than this is not from a camera. */
const FTYP_BYTES_MAX = 512

/** The brands of an ISO base media file (ISO/IEC 14496-12, `ftyp` box), major brand first; none if it is not one. */
function mediaBrands (head: Buffer): string[] {
  if (head.toString('latin1', 4, 8) !== 'ftyp') return []
  const end = Math.min(head.readUInt32BE(0), FTYP_BYTES_MAX, head.length)
  const brands = [head.toString('latin1', 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4))
  return brands
}

/** Tells the format by the first bytes, whatever the sender called it; null if it is none of the supported ones. */
export function imageFormat (bytes: Uint8Array): ImageFormat | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, FTYP_BYTES_MAX))
  const text = head.toString('latin1', 0, 12)
  if (head.length >= 2 && head.readUInt16BE(0) === 0xffd8) return 'jpeg'
  if (text.startsWith(PNG_SIGNATURE)) return 'png'
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return 'webp'
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif'
  if (head.length >= 16 && mediaBrands(head).some((brand) => AVIF_BRANDS.includes(brand))) return 'avif'
  return null
}
