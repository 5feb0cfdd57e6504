import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../src/config.ts'
import { FaceError } from '../src/errors.ts'
import { forEachOf } from '../src/for-each-of.ts'
import { createGallery } from '../src/gallery/gallery.ts'
import { createInferencePool } from '../src/inference/inference-pool.ts'
import { concurrencyOf, offlineConfig, ownBytes } from './offline-inference.ts'
import { createProgress } from './progress.ts'
import { calibrationOf, findNetwork, previousNetwork } from '../src/networks/find-network.ts'
import { createCandidates } from '../src/recognition/candidates.ts'
import { createDecisionRule } from '../src/recognition/decision.ts'
import { photoOutcome } from '../src/recognition/photo-outcome.ts'
import { createRecentChanges } from '../src/recognition/recent-changes.ts'
import { createRecentRecognitions } from '../src/recognition/recent-recognitions.ts'
import { createRecognition, type Recognition } from '../src/recognition/recognition.ts'
import type { Sightings } from '../src/recognition/sightings.ts'
import { isUserId, userIdFromText } from '../src/store/user-key.ts'
import type { EncodingStore } from '../src/store/encoding-store.ts'
import { errorCode } from '../src/system-error.ts'
import { CommandError } from './command-error.ts'
import { findPhotos } from './enroll-photos.ts'
import { openReport, type Outcome } from './enroll-report.ts'
import { withStore } from './stores.ts'

/**
 * Registers the photos of the folder as `/register-face` does. What is not a photo's fault ends it;
 * it can be called again.
 */
export async function enroll (
  store: EncodingStore, sightings: Sightings, config: Config,
  { dir, report: reportPath }: { dir: string, report: string }
): Promise<string> {
  const users = await findPhotos(dir)
  if (users.length === 0) throw new CommandError(`${dir}: no photos in it; expected USER_ID/ANY.jpg or USER_ID.jpg`)
  const report = await openReport(reportPath)
  const network = await findNetwork(config)
  const previous = previousNetwork(network, config)
  const gallery = createGallery(network.id, previous?.id)
  store.onChange(gallery.apply)
  const inference = createInferencePool({
    config: offlineConfig(config),
    gallery,
    network,
    previous,
    onThreadError: (err) => process.stderr.write(`a thread ended and was replaced: ${err.message}\n`)
  })
  const decision = createDecisionRule({ config, calibration: calibrationOf(network), gallery })
  const changes = createRecentChanges(store)
  const candidates = createCandidates({ config, gallery, changes, network, previous })
  const recent = createRecentRecognitions()
  const recognition = createRecognition({
    config, network, previous, decision, inference, store, gallery, sightings, changes, candidates, recent
  })

  const photosOf = (isWanted: (photo: string) => boolean): number =>
    users.flatMap(({ photos }) => photos).filter(isWanted).length
  const before = photosOf((photo) => report.registered.has(photo))
  const total = photosOf(() => true)
  const progress = createProgress(total - before, 'photos', process.stderr)
  let [done, registered] = [0, 0]
  try {
    return await withStore(store, async () => {
      await inference.start()
      const startedAt = performance.now()
      // Photos of one user one after the other: the later ones must resemble the first.
      await forEachOf(users, concurrencyOf(config), async ({ userId, photos }) => {
        for (const photo of photos) {
          if (report.registered.has(photo)) continue
          const outcome = await registerPhoto(recognition, {
            path: join(dir, photo), photo, userId, bytesMax: config.MAX_IMAGE_BYTES
          })
          await report.add(outcome)
          if (!outcome.refusal) registered++
          progress(++done)
        }
      })
      const refused = total - before - registered
      const perSecond = done / (performance.now() - startedAt) * 1000
      const rate = done > 0 ? `, ${perSecond.toFixed(1)} photos/s` : ''
      return `${registered} photos registered, ${refused} refused, ${before} were registered before${rate}; ` +
        `${reportPath} says why`
    })
  } finally {
    await inference.close()
  }
}

async function registerPhoto (recognition: Recognition, { path, photo, userId, bytesMax }: {
  path: string, photo: string, userId: string, bytesMax: number
}): Promise<Outcome> {
  const refused = (code: string, message: string): Outcome =>
    ({ photo, userId, quality: null, refusal: { code, message } })
  if (!isUserId(userId)) return refused('INVALID_REQUEST', 'The name cannot be a user id: rename the file or folder')
  try {
    const { registration, refusal } = await photoOutcome(async () => {
      const bytes = await readFile(path)
      if (bytes.byteLength > bytesMax) throw new FaceError('PAYLOAD_TOO_LARGE')
      return await recognition.register(userIdFromText(userId), ownBytes(bytes), { replace: false })
    })
    return { photo, userId, quality: registration?.quality.overall ?? null, refusal }
  } catch (err) {
    const unreadable = errorCode(err)
    if (unreadable !== undefined) return refused(unreadable, 'The photo cannot be read')
    throw err
  }
}
