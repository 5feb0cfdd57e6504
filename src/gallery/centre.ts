import { distanceOf } from '../networks/distance.ts'

/** An encoding this many times as far from the rest as any other of them is of another person, or of a poor photo. */
const FOREIGN = 1.5

function meanOf (vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]!.length)
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]! / vectors.length
  return mean
}

const lengthOf = (vector: Float32Array): number => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))

/**
 * The encodings without one that lies far from all others, if there is one and at least two others. How far each lies
 * from the mean of all is the same share, for each, of how far it lies from the mean of the others.
 */
function withoutForeign (vectors: readonly Float32Array[]): readonly Float32Array[] {
  if (vectors.length < 3) return vectors
  const mean = meanOf(vectors)
  const apart = vectors.map((vector) => distanceOf(vector, mean))
  const furthest = apart.indexOf(Math.max(...apart))
  const rest = apart.filter((_, i) => i !== furthest)
  return apart[furthest]! > FOREIGN * Math.max(...rest) ? vectors.filter((_, i) => i !== furthest) : vectors
}

/**
 * The mean of a user's encodings, searched beside them: the mean of three photos is nearer to the next photo than each
 * of them. As long as they are on average, or it would be nearer to everybody. Null for fewer than two.
 */
export function centreOf (vectors: readonly Float32Array[]): Float32Array | null {
  if (vectors.length < 2) return null
  const own = withoutForeign(vectors)
  const mean = meanOf(own)
  const scale = own.reduce((sum, vector) => sum + lengthOf(vector), 0) / own.length / lengthOf(mean)
  return Number.isFinite(scale) ? mean.map((value) => value * scale) : mean
}
