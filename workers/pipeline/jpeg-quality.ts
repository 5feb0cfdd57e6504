const START_OF_IMAGE = 0xffd8
const QUANTISATION_TABLES = 0xdb
const START_OF_SCAN = 0xda
/** Sum of the luminance table in annex K of the JPEG standard (ITU-T T.81), which quality 50 uses as it is. */
const STANDARD_SUM = 3688
const COEFFICIENTS = 64

/** Sum of table 0, the luminance one, in a segment of tables; null if it is not there. */
function luminanceSum (segment: DataView): number | null {
  for (let at = 0; at < segment.byteLength;) {
    const [precision, id] = [segment.getUint8(at) >> 4, segment.getUint8(at) & 15]
    const width = precision === 0 ? 1 : 2
    if (at + 1 + COEFFICIENTS * width > segment.byteLength) return null
    if (id === 0) {
      let sum = 0
      for (let i = 0; i < COEFFICIENTS; i++) {
        sum += width === 1 ? segment.getUint8(at + 1 + i) : segment.getUint16(at + 1 + 2 * i)
      }
      return sum
    }
    at += 1 + COEFFICIENTS * width
  }
  return null
}

/**
 * With which quality, 1..100, a JPEG file was compressed, by the scale of the Independent JPEG Group's library: the
 * sum of its luminance table against the standard's. Null for other formats and when there is no such table.
 */
export function jpegQuality (bytes: Uint8Array): number | null {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.byteLength < 4 || file.getUint16(0) !== START_OF_IMAGE) return null
  for (let at = 2; at + 4 <= file.byteLength;) {
    if (file.getUint8(at) !== 0xff) return null
    const marker = file.getUint8(at + 1)
    const length = file.getUint16(at + 2)
    if (marker === START_OF_SCAN || length < 2 || at + 2 + length > file.byteLength) return null
    if (marker === QUANTISATION_TABLES) {
      const sum = luminanceSum(new DataView(bytes.buffer, bytes.byteOffset + at + 4, length - 2))
      if (sum !== null) {
        const scale = Math.max(1, 100 * sum / STANDARD_SUM)
        return Math.min(100, Math.max(1, Math.round(scale <= 100 ? 100 - scale / 2 : 5000 / scale)))
      }
    }
    at += 2 + length
  }
  return null
}
