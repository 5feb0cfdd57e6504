import { doorText, httpDoorText } from './door-text.ts'
import { RULE_OF_30 } from './error-rates.ts'
import type { Calibration, DiscardCurve, Identification, Report, Verification } from './report.ts'

const LISTED_MAX = 20
const DISCARDED = [0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4]

const percent = (rate: number, decimals = 2): string =>
  Number.isNaN(rate) ? '–' : `${(rate * 100).toFixed(decimals)} %`
const count = (number: number): string => number.toLocaleString('en-US')
const distance = (value: number): string => Number.isNaN(value) ? '–' : value.toFixed(4)

/** Says when a rate rests on too few trials. */
function doubt (measurable: boolean, reliable: boolean, trials: number, wanted: number, what: string): string {
  if (!measurable) {
    return `  (too few ${what}: ${count(Math.ceil(1 / wanted))} are needed to see it, there are ${count(trials)})`
  }
  return reliable
    ? ''
    : `  (few ${what}: ±30 % needs ${count(Math.ceil(RULE_OF_30 / wanted))}, there are ${count(trials)})`
}

function detection ({ dataset, detection: { detected, rate, noFace, unreadable } }: Report): string[] {
  const names = [
    ...unreadable.map(({ photo, reason }) => `${photo} (${reason})`), ...noFace.map((photo) => `${photo} (no face)`)
  ]
  return [
    `Detection: ${count(detected)} of ${count(dataset.photos)} photos, ${percent(rate)}; ${noFace.length} without ` +
      `a face, ${unreadable.length} unreadable`,
    ...names.slice(0, LISTED_MAX).map((name) => `  ${name}`),
    ...(names.length > LISTED_MAX ? [`  and ${names.length - LISTED_MAX} more (--json lists all)`] : [])
  ]
}

function lfw ({ lfw, notice }: Report): string[] {
  if (!lfw) return [notice === null ? 'LFW protocol: no pairs were given' : `LFW protocol: not measured, ${notice}`]
  const thresholds = lfw.folds.map(({ threshold }) => threshold)
  return [
    `LFW protocol: ${lfw.file}, ${count(lfw.pairs)} pairs in ${lfw.foldCount} folds, each judged by ` +
      'the threshold of the others',
    `  accuracy             ${percent(lfw.accuracy)}`,
    `  standard deviation   ${percent(lfw.standardDeviation)} between the folds`,
    `  standard error       ${percent(lfw.standardErrorOfMean)} of the mean (what LFW's tables give after the ±)`,
    `  undetected           ${lfw.undetectedPairs} pairs, counted as errors; without them ` +
      `${percent(lfw.accuracyDetected)} of the pairs are right`,
    `  errors               ${lfw.falseNonMatches} genuine pairs refused, ${lfw.falseMatches} impostor pairs accepted`,
    `  thresholds           ${distance(Math.min(...thresholds))} to ${distance(Math.max(...thresholds))}`
  ]
}

function verification ({
  genuinePairs, undetectedGenuinePairs, impostorPairs, possibleImpostorPairs, eer, atTolerance, atFar
}: Verification): string[] {
  const sample = possibleImpostorPairs > impostorPairs ? `a fixed sample of ${count(possibleImpostorPairs)}` : 'all'
  return [
    `Verification: all ${count(genuinePairs)} genuine pairs (${undetectedGenuinePairs} undetected, counted as ` +
      `refused), ${count(impostorPairs)} impostor pairs (${sample}, undetected left out)`,
    `  EER                  ${percent(eer.eer)} at ${distance(eer.threshold)}`,
    ...atFar.map(({ wantedFar, far, threshold, tar, measurable, reliable }) =>
      `  TAR at FAR ${percent(wantedFar).padEnd(9)} ${percent(tar)} at ${distance(threshold)}, FAR ` +
        `${percent(far, 4)}${doubt(measurable, reliable, impostorPairs, wantedFar, 'impostor pairs')}`),
    `  at tolerance ${String(atTolerance.threshold).padEnd(7)} FRR ${percent(atTolerance.frr)} ` +
      `(${count(atTolerance.falseRejects)} pairs), FNMR without undetected ${percent(atTolerance.fnmr)}, FAR ` +
      `${percent(atTolerance.far, 4)} (${count(atTolerance.falseAccepts)} pairs)`
  ]
}

function identification (found: Identification): string[] {
  const {
    enrol,
    enrolledPeople,
    enrolledPhotos,
    notEnrolledPeople,
    probes,
    undetectedProbes,
    strangers,
    undetectedStrangers,
    rank1,
    atTolerance,
    atFpir
  } = found
  return [
    `Identification: ${count(enrolledPeople)} people enrolled with ${count(enrolledPhotos)} photos (at most ` +
      `${enrol} each; ${notEnrolledPeople} people without a detected one),`,
    `  ${count(probes)} searches by them (${undetectedProbes} undetected, counted as missed), ${count(strangers)} ` +
      `by strangers (${undetectedStrangers} undetected left out)`,
    `  rank 1               ${percent(rank1)}`,
    ...atFpir.map(({ wantedFpir, fpir, threshold, fnir, measurable, reliable }) =>
      `  FNIR at FPIR ${percent(wantedFpir, 1).padEnd(7)} ${percent(fnir)} at ${distance(threshold)}, FPIR ` +
        `${percent(fpir)}${doubt(measurable, reliable, strangers, wantedFpir, 'strangers')}`),
    `  at tolerance ${String(atTolerance.threshold).padEnd(7)} FNIR ${percent(atTolerance.fnir)}, FPIR ` +
      `${percent(atTolerance.fpir)} (near ties are accepted here)`
  ]
}

function calibration ({
  wantedFar, impostorPairs, tolerance, reliable, far, falseAccepts, tar
}: Calibration): string[] {
  if (tolerance === null) {
    return [`Calibration: FAR ${wantedFar} cannot be told from ${count(impostorPairs)} ` +
    `impostor pairs; at least ${count(Math.ceil(1 / wantedFar))} are needed`]
  }
  return [
    `Calibration for FAR ${wantedFar}: RECOGNITION_TOLERANCE=${tolerance}`,
    `  ${count(falseAccepts)} of ${count(impostorPairs)} impostor pairs are accepted, FAR ${percent(far, 4)}, TAR ` +
      `${percent(tar)}${doubt(true, reliable, impostorPairs, wantedFar, 'impostor pairs')}`
  ]
}

function discard (curves: readonly DiscardCurve[]): string[] {
  return ['Quality: FNMR when the photos of the lowest quality are discarded', ...curves.flatMap(({ name, points }) => [
    `  at ${name}`,
    ...points.filter(({ discarded }) => DISCARDED.includes(discarded))
      .map(({ discarded, qualityMin, pairs, falseNonMatches, fnmr }) =>
      `    ${percent(discarded, 0).padStart(5)} of the photos: ${percent(fnmr)}, ${falseNonMatches} of ` +
        `${count(pairs)} pairs; quality from ${qualityMin.toFixed(3)}`)
  ])]
}

/** The report for people. */
export function reportText (report: Report): string {
  const { date, machine, model, engine, config, dataset, figures } = report
  const encoder = engine === null ? model : `${model} on ${engine}, ENCODING_AUGMENT ${config.ENCODING_AUGMENT}`
  return [
    `${encoder}; RECOGNITION_TOLERANCE ${config.RECOGNITION_TOLERANCE}`,
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${date.slice(0, 10)}`,
    `${dataset.folder}: ${count(dataset.people)} people, ${count(dataset.photos)} photos; ` +
      `${count(dataset.peopleWithOnePhoto)} people have only one`,
    '',
    ...detection(report), '',
    ...(report.door ? [...doorText(report.door), ''] : []),
    ...(report.overHttp ? [...httpDoorText(report.overHttp), ''] : []),
    ...lfw(report), '',
    ...verification(report.verification), '',
    ...identification(report.identification), '',
    ...(report.calibration ? [...calibration(report.calibration), ''] : []),
    ...(report.discard ? [...discard(report.discard), ''] : []),
    `Figures: ${figures.join(', ')}`, ''
  ].join('\n')
}
