import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import sharp from 'sharp'
import type { Report } from '../../../bench/accuracy/report.ts'
import { temporaryFolder, TEST_ENV } from '../../helper.ts'
import { noFace, portraits } from '../../photos.ts'

// The server's decoder, which the photos come from, shuts the loader of the figures' format in this process.
sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] })

const PHOTO_BYTES_MAX = 500_000

interface Outcome { code: number | null, stdout: string, stderr: string }

async function accuracy (t: TestContext, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/accuracy/main.ts', ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      MODELS_DIR: resolve('models'),
      ...TEST_ENV,
      MAX_IMAGE_BYTES: String(PHOTO_BYTES_MAX),
      ...env
    }
  })
  t.after(() => child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => { stdout += String(chunk) })
  child.stderr.on('data', (chunk) => { stderr += String(chunk) })
  const [code] = await once(child, 'close') as [number | null]
  return { code, stdout, stderr }
}

/** One woman twice, two once, one photo without a face, and what is no photo at all. */
async function tinyDataset (t: TestContext): Promise<string> {
  const folder = join(await temporaryFolder(t), 'people')
  const files: Record<string, Buffer> = {
    'anna/anna_0001.jpg': await portraits.anna(),
    'anna/anna_0002.jpg': await portraits.annaAgain(),
    'bella/bella_0001.jpg': await portraits.bella(),
    'clara/clara_0001.jpg': await portraits.clara(),
    'dune/dune_0001.jpg': await noFace(),
    'echo/echo_0001.jpg': Buffer.from('no photo'),
    'fog/fog_0001.jpg': Buffer.alloc(PHOTO_BYTES_MAX + 1)
  }
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  await mkdir(join(folder, 'gate', 'gate_0001.jpg'), { recursive: true })
  await writeFile(
    join(folder, '..', 'pairs.txt'),
    ['2\t1', 'anna\t1\t2', 'anna\t1\tbella\t1', 'anna\t2\t1', 'bella\t1\tclara\t1', ''].join('\n')
  )
  return folder
}

test('photos go through the threads into one JSON document and nothing else, and into ' +
  'figures that can be drawn', async (t) => {
  const folder = await tinyDataset(t)
  const out = join(folder, '..', 'figures')
  const { code, stdout, stderr } = await accuracy(
    t, ['--dataset', folder, '--out', out, '--json', '--quality', '--calibrate', '0.2'],
    { RECOGNITION_TOLERANCE: '0.5' }
  )
  assert.equal(code, 0, stderr)
  assert.match(stderr, /8\/8 photos/)
  const report = JSON.parse(stdout) as Report

  assert.deepEqual(report.dataset, { folder, people: 7, photos: 8, peopleWithOnePhoto: 6 })
  assert.equal(report.detection.detected, 4)
  assert.deepEqual(report.detection.noFace, ['dune/dune_0001.jpg'])
  assert.deepEqual(report.detection.unreadable, [
    { photo: 'echo/echo_0001.jpg', reason: 'UNSUPPORTED_IMAGE' },
    { photo: 'fog/fog_0001.jpg', reason: 'PAYLOAD_TOO_LARGE' },
    { photo: 'gate/gate_0001.jpg', reason: 'EISDIR' }
  ])
  const { genuinePairs, impostorPairs, possibleImpostorPairs, eer, atTolerance } = report.verification
  assert.deepEqual({ genuinePairs, impostorPairs, possibleImpostorPairs }, {
    genuinePairs: 1, impostorPairs: 5, possibleImpostorPairs: 5
  })
  assert.equal(eer.eer, 0)
  assert.deepEqual([atTolerance.threshold, atTolerance.frr, atTolerance.far], [0.5, 0, 0])
  // The two photos of the same woman, and nothing nearer.
  assert.ok(eer.threshold > 0.3 && eer.threshold < 0.55, `${eer.threshold}`)
  const { rank1, probes, strangers, undetectedStrangers } = report.identification
  assert.deepEqual({ rank1, probes, strangers, undetectedStrangers }, {
    rank1: 1, probes: 1, strangers: 2, undetectedStrangers: 4
  })
  assert.deepEqual([report.lfw?.accuracy, report.lfw?.undetectedPairs, report.lfw?.foldCount], [1, 0, 2])
  // One of five may be accepted: the nearest of the others, who is further than the woman herself.
  assert.ok(report.calibration?.tolerance && report.calibration.tolerance > eer.threshold &&
    report.calibration.falseAccepts <= 1)
  assert.equal(report.calibration.reliable, false)
  assert.equal(report.discard?.[0]?.points[0]?.pairs, 1)
  assert.equal(report.config.RECOGNITION_TOLERANCE, 0.5)
  assert.match(report.machine.node, /^v\d+/)

  assert.deepEqual(report.door?.rows.map(({ people, photos, right }) => [people, photos, right.rate]), [[2, 1, 1]])

  const figures = ['distances.svg', 'det.svg', 'strangers.svg', 'missed.svg', 'rules.svg', 'discard.svg']
  assert.deepEqual(report.figures, figures.map((name) => join(out, name)))
  for (const figure of report.figures) assert.equal((await sharp(await readFile(figure)).metadata()).width, 900)
})

test('without --json a report for people says the same, with the configuration of the ' +
  'environment, and doubts few pairs', async (t) => {
  const folder = await tinyDataset(t)
  const { code, stdout } = await accuracy(
    t, ['--dataset', folder, '--out', join(folder, '..', 'figures'), '--impostors', '3', '--calibrate', '0.01'],
    { RECOGNITION_TOLERANCE: '0.3' }
  )
  assert.equal(code, 0)
  for (const line of [
    /^Detection: 4 of 8 photos, 50\.00 %; 1 without a face, 3 unreadable$/m,
    /^ {2}fog\/fog_0001\.jpg \(PAYLOAD_TOO_LARGE\)$/m,
    /^ {2}dune\/dune_0001\.jpg \(no face\)$/m,
    /^LFW protocol: .*pairs\.txt, 4 pairs in 2 folds/m,
    /^ {2}accuracy +100\.00 %$/m,
    /^ {2}standard deviation +0\.00 %/m,
    /^Verification: all 1 genuine pairs .*, 3 impostor pairs \(a fixed sample of 5,/m,
    /^ {2}TAR at FAR 0\.10 % +\d.*\(too few impostor pairs: 1,000 are needed to see it, there are 3\)$/m,
    /^ {2}at tolerance 0\.3 +FRR 100\.00 % \(1 pairs\)/m,
    /^ {2}FNIR at FPIR 0\.1 % +\d.*\(too few strangers: 1,000 are needed to see it, there are 2\)$/m,
    /^Calibration: FAR 0\.01 cannot be told from 3 impostor pairs; at least 100 are needed$/m
  ]) assert.match(stdout, line)
})

test('encodings that were kept are taken from there, until a photo changes', async (t) => {
  const folder = await tinyDataset(t)
  const cache = join(folder, '..', 'cache')
  const run = async (): Promise<Report> => {
    const out = join(folder, '..', 'figures')
    const { code, stdout, stderr } = await accuracy(t, ['--dataset', folder, '--out', out, '--json', '--cache', cache])
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as Report
  }
  const first = await run()
  const again = await run()
  assert.deepEqual({ ...again, date: first.date }, first)

  const [file, ...others] = await readdir(cache)
  assert.deepEqual(others, [])
  const kept = JSON.parse(await readFile(join(cache, file!), 'utf8')) as Record<string, object>
  const forged = Object.keys(kept).map((key) => [key, { encoding: null, unreadable: 'KEPT' }])
  await writeFile(join(cache, file!), JSON.stringify(Object.fromEntries(forged)))
  await writeFile(join(folder, 'anna', 'anna_0002.jpg'), await portraits.bella())
  await writeFile(join(folder, 'bella', 'bella_0001.jpg'), await portraits.annaAgain())
  await writeFile(join(folder, 'clara', 'clara_0001.jpg'), await sharp(await portraits.clara()).flop().toBuffer())
  const { detection } = await run()
  assert.equal(detection.detected, 1, 'the mirrored photo is new')
  assert.ok(detection.unreadable.some(({ photo, reason }) => photo === 'anna/anna_0001.jpg' && reason === 'KEPT'))
})

test('over HTTP the server itself enrols people and is asked for the others', async (t) => {
  const folder = await tinyDataset(t)
  const groups = join(folder, '..', 'groups.csv')
  await writeFile(groups, 'anna, women\nbella, women\nclara, women\n')
  const { code, stdout, stderr } = await accuracy(t, [
    '--dataset', folder, '--out', join(folder, '..', 'figures'), '--json', '--over-http', '5', '--groups', groups
  ])
  assert.equal(code, 0, stderr)
  const { overHttp, door } = JSON.parse(stdout) as Report
  // Anna comes first, as she comes back; of the others the first four apply. Fog and gate never do.
  assert.deepEqual(overHttp?.refused, { NO_FACE: 1, UNSUPPORTED_IMAGE: 1 })
  assert.deepEqual([overHttp.applicants, overHttp.accepted.rate, overHttp.toleranceInForce], [5, 3 / 5, 0.6])
  assert.deepEqual([overHttp.searches, overHttp.right.rate, overHttp.strangersNamed.rate], [1, 1, 0])
  assert.deepEqual(door?.groups?.rows.map(({ group, people, photos }) => [group, people, photos]), [['women', 3, 4]])
})

test('with --peer another program encodes the same photos, and the report says so', async (t) => {
  const folder = await tinyDataset(t)
  const peer = join(folder, '..', 'peer.mjs')
  // Tells people apart by the names of their folders, and finds nobody in the photos of one.
  await writeFile(peer, `
    import { createInterface } from 'node:readline'
    console.log('reader of names')
    for await (const path of createInterface({ input: process.stdin })) {
      const person = path.split('/').at(-2)
      console.log(person === 'gate' ? 'null' : JSON.stringify([person.charCodeAt(0), 0]))
    }`)
  const { code, stdout, stderr } = await accuracy(t, [
    '--dataset', folder, '--out', join(folder, '..', 'figures'), '--json', '--peer', `'${process.execPath}' '${peer}'`
  ])
  assert.equal(code, 0, stderr)
  const { model, engine, config, detection, verification, lfw } = JSON.parse(stdout) as Report
  assert.deepEqual({ model, engine, config }, {
    model: 'reader of names', engine: null, config: { RECOGNITION_TOLERANCE: 0.6 }
  })
  assert.deepEqual(detection, { detected: 7, rate: 7 / 8, noFace: ['gate/gate_0001.jpg'], unreadable: [] })
  assert.deepEqual([verification.eer.eer, verification.impostorPairs, lfw?.accuracy], [0, 20, 1])
})

test('what cannot be done ends with code 1 and one line, before any photo is read', async (t) => {
  const folder = await tinyDataset(t)
  const other = join(folder, '..', 'other.txt')
  await writeFile(other, '2\t1\nanna\t1\t2\nanna\t1\tbella\t1\nanna\t2\t3\nbella\t1\tclara\t1\n')
  const cases: ReadonlyArray<[args: string[], line: string, env?: Record<string, string>]> = [
    [[], '--dataset DIR is missing (--help lists the options)'],
    [['--dataset', `${folder}/none`], `${folder}/none: cannot be read as a folder (ENOENT)`],
    [['--dataset', folder, '--pairs', other], `${other} line 4: anna/anna_0003 is not in ${folder}`],
    [['--dataset', folder, '--out', `${other}/figures`], `${other}/figures: cannot be made a folder (ENOTDIR)`],
    [['--dataset', folder, '--peer', 'exit 3'], 'exit 3: ended with 3 before it had answered'],
    [
      ['--dataset', folder],
      'RECOGNITION_TOLERANCE="3" is not allowed: expected a number from 0 to 1',
      { RECOGNITION_TOLERANCE: '3' }
    ]
  ]
  await Promise.all(cases.map(async ([args, line, env]) => {
    assert.deepEqual(await accuracy(t, args, env), { code: 1, stdout: '', stderr: `${line}\n` })
  }))
})
