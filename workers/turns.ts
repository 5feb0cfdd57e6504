/**
 * The photos of one thread take turns at its networks: while one is looked at, the next is decoded, which libvips does in
 * threads of its own.
 */
import { setImmediate, setTimeout as pause } from 'node:timers/promises'

interface Photo {
  isLong: boolean
  /** Resolves when it is decoded or cannot be. */
  decoded: Promise<void>
}

/** One word: how many photos of this thread take long. The main thread gives it no other photo meanwhile. */
export const longPhotos = new Int32Array(new SharedArrayBuffer(4))
/** A photo that takes long does not wait longer for another one to be decoded. */
const DECODE_MS_MAX = 20

const photos = new Set<Photo>()
const waiting: Array<() => void> = []
/** Whose turn it is. */
let holder: Photo | undefined

async function take (photo: Photo): Promise<void> {
  if (holder) await new Promise<void>((resolve) => waiting.push(resolve))
  holder = photo
}

/** The next one takes over before anybody else can. */
function leave (): void {
  const next = waiting.shift()
  if (next) next()
  else holder = undefined
}

/** Does the work of one photo, which calls `turn` once, before it needs a network. */
export async function inTurn<T> (work: (turn: () => Promise<void>) => Promise<T>): Promise<T> {
  let settleDecoded = (): void => {}
  const photo: Photo = { isLong: false, decoded: new Promise((resolve) => { settleDecoded = resolve }) }
  let hasTurn = false
  photos.add(photo)
  try {
    return await work(async () => {
      settleDecoded()
      await take(photo)
      hasTurn = true
    })
  } finally {
    settleDecoded()
    photos.delete(photo)
    if (photo.isLong) Atomics.sub(longPhotos, 0, 1)
    if (hasTurn) leave()
  }
}

/** What the photo whose turn it is needs now takes much longer than most photos: another one of this thread goes first. */
export async function giveWay (): Promise<void> {
  const photo = holder
  if (!photo) return
  if (!photo.isLong) {
    photo.isLong = true
    Atomics.add(longPhotos, 0, 1)
  }
  await setImmediate() // It may just have come.
  if (photos.size === 1) return
  await Promise.race([Promise.all([...photos].map(({ decoded }) => decoded)), pause(DECODE_MS_MAX)])
  if (waiting.length === 0) return
  leave()
  await take(photo)
}
