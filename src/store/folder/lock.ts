import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FaceError } from '../../errors.ts'
import { createFile, listIfThere, unlinkIfThere } from './atomic-file.ts'
import { errorCode } from '../../system-error.ts'
import { type FileSystem, toStoreError } from './file-system.ts'
import { isOwnerAlive, ownerName, parseOwner } from './process-identity.ts'
import { userTag } from './layout.ts'

/** A claim of another host, whose processes cannot be asked, counts for this long... */
const FOREIGN_CLAIM_MS = 10_000
/** ...so its holder must have given up before. */
const HOLD_MS_MAX = 5_000
const WAIT_MS_MAX = 15_000
const PAUSE_MS_MAX = 50

/** The right to change one user's file, until released. */
export interface Claim {
  /** Throws `STORE_UNAVAILABLE` when the claim is too old to rely on; call it right before each change. */
  assertHeld (): void
  release (): Promise<void>
}

/** Lets one process at a time change a user's file; a process that dies holding it blocks nobody. */
export interface UserLock {
  /** Throws `STORE_UNAVAILABLE` if others keep the user claimed for long, or what creating the claim throws. */
  acquire (key: string): Promise<Claim>
  /** As `acquire`, for something else than a user: a name of small letters. */
  acquireNamed (tag: string): Promise<Claim>
  /** Removes what dead processes left behind. */
  sweep (): Promise<void>
}

/**
 * Claims are files in `folder`: each contender creates one under a name of its own, then looks for others. Who sees
 * another live claim withdraws and tries again, so two never hold at once. Names are never reused, so removing a dead
 * claim cannot remove a new one.
 */
export function createUserLock ({ folder, fs, now = () => performance.now() }: {
  folder: string, fs: FileSystem, now?: () => number
}): UserLock {
  /** Own claims that could not be removed: they count no longer, and are removed as soon as that works. */
  const released = new Set<string>()

  /** Whether the claim counts. `present` is the file system's own time; without it claims of other hosts do not. */
  async function isLive (claim: string, present?: number): Promise<boolean> {
    if (released.has(claim)) return false
    const owner = parseOwner(claim.slice(claim.indexOf('.') + 1))
    if (!owner) return false // Not a claim: a file of somebody else.
    const alive = isOwnerAlive(owner)
    if (alive !== undefined || present === undefined) return alive ?? false
    const modified = await modifiedMs(claim)
    return modified !== null && present - modified < FOREIGN_CLAIM_MS
  }

  async function modifiedMs (claim: string): Promise<number | null> {
    try {
      return (await fs.stat(join(folder, claim))).mtimeMs
    } catch (err) {
      if (errorCode(err) === 'ENOENT') return null
      throw err
    }
  }

  async function remove (claim: string): Promise<void> {
    released.add(claim)
    await unlinkIfThere(fs, join(folder, claim))
    released.delete(claim)
  }

  /** Whether somebody else has a live claim on the same user; removes the dead ones. */
  async function isClaimed (tag: string, own?: { claim: string, present: number }): Promise<boolean> {
    for (const claim of await listIfThere(fs, folder)) {
      if (!claim.startsWith(`${tag}.`) || claim === own?.claim) continue
      if (await isLive(claim, own?.present)) return true
      if (own) await unlinkIfThere(fs, join(folder, claim))
    }
    return false
  }

  /** The new claim, or null if somebody else has one. */
  async function tryClaim (tag: string): Promise<Claim | null> {
    // Looking first keeps contenders from disturbing each other; the claim alone decides.
    if (await isClaimed(tag)) return null
    const claim = `${tag}.${ownerName()}`
    const claimedAt = now()
    let held = false
    try {
      await (await createFile(fs, join(folder, claim))).close()
      const present = await modifiedMs(claim)
      held = present !== null && !await isClaimed(tag, { claim, present })
    } finally {
      if (!held) await remove(claim).catch(() => {}) // It counts as released, and is removed later.
    }
    if (!held) return null
    return {
      assertHeld () {
        if (now() - claimedAt > HOLD_MS_MAX) {
          throw new FaceError('STORE_UNAVAILABLE', { cause: new Error('the user lock was held too long') })
        }
      },
      // The change is done: a claim that stays is removed later, and must not turn success into failure.
      release: () => remove(claim).catch(() => {})
    }
  }

  async function acquire (tag: string): Promise<Claim> {
    const giveUpAt = performance.now() + WAIT_MS_MAX
    try {
      for (const claim of released) await remove(claim)
      for (let attempt = 1; performance.now() < giveUpAt; attempt++) {
        const claim = await tryClaim(tag)
        if (claim) return claim
        await delay(1 + Math.random() * Math.min(PAUSE_MS_MAX, 4 * attempt))
      }
    } catch (err) {
      throw toStoreError(err)
    }
    throw new FaceError('STORE_UNAVAILABLE', { cause: new Error('the user is locked by another process') })
  }

  return {
    acquire: (key) => acquire(userTag(key)),
    acquireNamed: acquire,
    async sweep () {
      for (const claim of await listIfThere(fs, folder)) {
        const owner = parseOwner(claim.slice(claim.indexOf('.') + 1))
        if (owner && isOwnerAlive(owner) === false) await unlinkIfThere(fs, join(folder, claim))
      }
    }
  }
}
