import { CommandError } from './command-error.ts'

const MAGIC = '\u0093NUMPY'
const HEADER = /'descr': *'([<>])f([48])', *'fortran_order': *(True|False), *'shape': *\((\d+), *(\d*)\)/

/**
 * The rows of a `.npy` file with one or two dimensions of 32-bit or 64-bit floats. Throws {@link CommandError} for
 * anything else, such as pickled objects.
 */
export function readNumpy (name: string, bytes: Uint8Array): number[][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const latin1 = (start: number, end: number): string => Buffer.from(bytes.subarray(start, end)).toString('latin1')
  if (bytes.length < 12 || latin1(0, 6) !== MAGIC) throw new CommandError(`${name}: not a NumPy array`)
  const isFirstVersion = bytes[6] === 1
  const textAt = isFirstVersion ? 10 : 12
  const dataAt = textAt + (isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true))
  const [, order, size, fortran, first, second] = HEADER.exec(latin1(textAt, dataAt)) ?? []
  if (first === undefined) throw new CommandError(`${name}: not an array of floats with one or two dimensions`)

  const itemBytes = Number(size)
  const [rows, columns] = second ? [Number(first), Number(second)] : [1, Number(first)]
  if (bytes.length !== dataAt + rows * columns * itemBytes) {
    throw new CommandError(`${name}: the array ends early or goes on`)
  }
  const at = (row: number, column: number): number => {
    const index = dataAt + itemBytes * (fortran === 'True' ? column * rows + row : row * columns + column)
    return itemBytes === 4 ? view.getFloat32(index, order === '<') : view.getFloat64(index, order === '<')
  }
  return Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => at(row, column)))
}
