import { GALLERY, type Match } from '../protocol.ts'

/**
 * Compares the probe with every row of the gallery, exactly. A row that the main thread changes meanwhile counts as
 * gone: its generation is read before and after.
 * Returns null when the gallery holds nobody. Distances are Euclidean, 0..∞.
 */
export function matchFace (gallery: WebAssembly.Memory, probe: Float32Array): Match | null {
  const words = new Int32Array(gallery.buffer)
  const numbers = new Float32Array(gallery.buffer)
  const rows = Atomics.load(words, GALLERY.rowsWord)
  const length = Atomics.load(words, GALLERY.lengthWord)
  const [rowWords, generationWord, userWord] = [GALLERY.rowWords(length), GALLERY.generationWord(length), GALLERY.userWord(length)]
  let user = 0; let nearest = Infinity
  let otherUser = 0; let nearestOther = Infinity
  for (let row = 0, at = GALLERY.headerWords; row < rows; row++, at += rowWords) {
    const generation = Atomics.load(words, at + generationWord)
    if (generation % 2 === 0) continue
    let squared = 0
    for (let i = 0; i < length && squared < nearestOther; i += 8) {
      for (let j = i; j < i + 8; j++) {
        const difference = numbers[at + j]! - probe[j]!
        squared += difference * difference
      }
    }
    if (squared >= nearestOther) continue
    const owner = words[at + userWord]!
    // A read-modify-write, because it keeps the loads above before it on every processor; a plain load would not.
    if (Atomics.add(words, at + generationWord, 0) !== generation) continue
    if (owner === user) {
      nearest = Math.min(nearest, squared)
    } else if (squared < nearest) {
      otherUser = user; nearestOther = nearest
      user = owner; nearest = squared
    } else {
      otherUser = owner; nearestOther = squared
    }
  }
  if (user === 0) return null
  const runnerUp = otherUser === 0 ? null : { user: otherUser, distance: Math.sqrt(nearestOther) }
  return { user, distance: Math.sqrt(nearest), runnerUp }
}
