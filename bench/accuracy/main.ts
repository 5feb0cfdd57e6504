/**
 * `npm run accuracy -- --dataset DIR`: how well the server recognises the people in these photos, with the
 * configuration of the environment; or with `--peer COMMAND` another program. `--help` lists the options.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join, relative } from 'node:path'
import { ConfigError, loadConfig, readEnvironment } from '../../src/config.ts'
import { createProgress } from '../../commands/progress.ts'
import { findNetwork, scaleOf } from '../../src/networks/find-network.ts'
import { impostorDistances } from './comparisons.ts'
import { parseArguments, USAGE, type Arguments } from './arguments.ts'
import { CommandError } from '../../commands/command-error.ts'
import { readDataset, readNames } from './dataset.ts'
import { drawFigures } from './figures.ts'
import { readGroups } from './groups.ts'
import { findPairs } from './lfw-pairs.ts'
import { measure } from './measure.ts'
import { measureDoor } from './measure-door.ts'
import { measureOverHttp } from './over-http.ts'
import { encodeByPeer } from './peer-encodings.ts'
import { encodePhotos } from './photo-encodings.ts'
import { reportText } from './report-text.ts'
import type { Report } from './report.ts'
import { estimateCalibration, writeCalibration } from './write-calibration.ts'

async function openFolder (folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((err: NodeJS.ErrnoException) => {
    throw new CommandError(`${folder}: cannot be made a folder (${err.code})`)
  })
}

async function run (wanted: Arguments): Promise<Report> {
  const { dataset: folder, strangers, leaveOut, pairs, enrol, impostorsMax, calibrate, quality, peer, out } = wanted
  const config = loadConfig(readEnvironment())
  let network = await findNetwork(config)
  if (peer === undefined && !wanted.writeCalibration) scaleOf(network)
  const leftOut = await readNames(leaveOut)
  const dataset = await readDataset(folder, { strangers, leaveOut: leftOut })
  const groups = wanted.groups === undefined ? null : await readGroups(wanted.groups, dataset.people, leftOut)
  const found = await findPairs(pairs, dataset)
  // Now and not at the end, so that nothing is measured in vain.
  await openFolder(out)

  const { photos, people } = dataset
  const paths = photos.map(({ path }) => path)
  const onProgress = createProgress(photos.length, 'photos', process.stderr)
  const { model, engine, config: encodedWith, photos: encoded } = peer !== undefined
    ? await encodeByPeer(peer, paths, onProgress)
    : await encodePhotos({
      paths,
      config,
      network,
      withQuality: quality,
      cache: wanted.cache,
      onProgress,
      onThreadError: (err) => process.stderr.write(`a thread ended and was replaced: ${err.message}\n`)
    })
  const { RECOGNITION_TOLERANCE } = config
  const encodings = encoded.map(({ encoding }) => encoding)
  if (wanted.writeCalibration) {
    const { distances } = impostorDistances(people, encodings, Infinity)
    const calibration = estimateCalibration(distances)
    network = { ...network, calibration }
    const file = await writeCalibration(network, calibration, distances.length)
    process.stderr.write(`${file}: ${calibration.join(', ')} from ${distances.length} pairs of different people\n`)
  }
  const overHttp = wanted.overHttp === undefined
    ? null
    : await measureOverHttp(dataset, wanted.overHttp, config)
  const { lfw, ...measurements } = measure({
    people,
    encodings,
    scaled: peer === undefined ? scaleOf(network) : (raw) => raw,
    qualities: quality ? encoded.map((photo) => photo.quality) : null,
    folds: found?.folds ?? null,
    tolerance: RECOGNITION_TOLERANCE,
    enrol,
    impostorsMax,
    calibrate
  })

  const nameOf = (index: number): string => relative(folder, photos[index]!.path)
  const detected = encoded.filter(({ encoding }) => encoding).length
  const report: Report = {
    date: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version },
    model,
    engine,
    config: { RECOGNITION_TOLERANCE, ...encodedWith },
    dataset: {
      folder,
      people: people.length,
      photos: photos.length,
      peopleWithOnePhoto: people.filter((person) => person.photos.length === 1).length
    },
    detection: {
      detected,
      rate: detected / photos.length,
      noFace: encoded.flatMap(({ encoding, unreadable }, i) => encoding || unreadable !== undefined ? [] : [nameOf(i)]),
      unreadable: encoded.flatMap(({ unreadable }, i) => (
        unreadable === undefined ? [] : [{ photo: nameOf(i), reason: unreadable }]
      ))
    },
    lfw: lfw && found ? { file: found.file, foldCount: lfw.folds.length, ...lfw } : null,
    notice: found?.notice ?? null,
    door: peer === undefined ? await measureDoor({ people, encodings, network, config }, groups) : null,
    overHttp,
    ...measurements,
    figures: []
  }
  for (const [name, svg] of Object.entries(drawFigures(report))) {
    await writeFile(join(out, name), svg)
    report.figures.push(join(out, name))
  }
  return report
}

try {
  const wanted = parseArguments(process.argv.slice(2))
  if (wanted === null) {
    process.stdout.write(USAGE)
  } else {
    const report = await run(wanted)
    process.stdout.write(wanted.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report))
  }
} catch (err) {
  const isExpected = err instanceof CommandError || err instanceof ConfigError
  process.stderr.write(`${isExpected ? err.message : err instanceof Error ? err.stack : String(err)}\n`)
  process.exitCode = 1
}
