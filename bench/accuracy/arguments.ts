import { parseArgs } from 'node:util'
import { CommandError } from '../../commands/command-error.ts'
import { LABEL_ERRORS } from './dataset.ts'

/** What the command was asked to do. Paths are as they were given. */
export interface Arguments {
  dataset: string
  /** A folder of more people, with one photo each. */
  strangers: string | undefined
  /** A file with the names of people who are compared with nobody. */
  leaveOut: string
  /** Undefined: look for `pairs.txt` in the dataset's folder and beside it. */
  pairs: string | undefined
  /** Photos per person that are enrolled for identification. */
  enrol: number
  /** The most impostor pairs that are compared. */
  impostorsMax: number
  /** The share of impostor pairs that the tolerance may accept, 0..1. */
  calibrate: number | undefined
  /** Write down what distances of this network mean. */
  writeCalibration: boolean
  quality: boolean
  /** A file with the group of each person. */
  groups: string | undefined
  /** So many people are enrolled in the real server; undefined: it is not started. */
  overHttp: number | undefined
  /** A folder where the encodings are kept from one run to the next. */
  cache: string | undefined
  /** The shell command of a program to be measured in place of this server. */
  peer: string | undefined
  json: boolean
  out: string
}

export const USAGE = `npm run accuracy -- --dataset DIR [options]

  --dataset DIR     one folder per person in DIR, the photos of that person in it
  --strangers DIR   more people with one photo each, NAME_0001.jpg in DIR
  --leave-out FILE  people who are compared with nobody, a name a line (those of LFW with two names)
  --pairs FILE      pairs of the LFW protocol; without it pairs.txt in DIR or beside it, if it is there and fits
  --enrol N         photos per person that are enrolled for identification (1)
  --impostors N     compare at most so many pairs of different people (1000000)
  --calibrate FAR   also print the tolerance for this false accept rate, such as 0.001
  --write-calibration
                    also write down which distances of this network have which false accept rates; all
                    impostor pairs are compared, at least a million
  --quality         also measure how well quality tells which photos fail; takes longer
  --groups FILE     also tell how groups of people fare: a line NAME, GROUP for each person
  --over-http N     also start the server, register N people by their first photos and ask it for everybody else's
  --cache DIR       keep the encodings in DIR: the next run takes seconds, as long as neither photos, networks nor
                    the code that encodes change. They are biometric data, like the photos
  --peer COMMAND    measure another program in place of this server, see bench/dlib
  --json            print one JSON document instead of the report
  --out DIR         where the figures go (bench/results/accuracy)
  --help            print this
`

function wholeNumber (name: string, value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new CommandError(`--${name} ${value}: expected a whole number from 1`)
  }
  return number
}

function rate (name: string, value: string): number {
  const number = Number(value)
  if (!(number > 0 && number < 1)) {
    throw new CommandError(`--${name} ${value}: expected a number between 0 and 1, such as 0.001`)
  }
  return number
}

function parse (args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        dataset: { type: 'string' },
        strangers: { type: 'string' },
        'leave-out': { type: 'string', default: LABEL_ERRORS },
        pairs: { type: 'string' },
        enrol: { type: 'string', default: '1' },
        impostors: { type: 'string', default: '1000000' },
        calibrate: { type: 'string' },
        'write-calibration': { type: 'boolean', default: false },
        quality: { type: 'boolean', default: false },
        groups: { type: 'string' },
        'over-http': { type: 'string' },
        cache: { type: 'string' },
        peer: { type: 'string' },
        json: { type: 'boolean', default: false },
        out: { type: 'string', default: 'bench/results/accuracy' },
        help: { type: 'boolean', default: false }
      }
    }).values
  } catch (err) {
    const [line = ''] = String(err instanceof Error ? err.message : err).split('\n')
    throw new CommandError(`${line} (--help lists the options)`)
  }
}

/** Reads the command line; null asks for help. Throws {@link CommandError} for what it does not understand. */
export function parseArguments (args: string[]): Arguments | null {
  const {
    dataset, strangers, 'leave-out': leaveOut, pairs, enrol, impostors, calibrate,
    'write-calibration': writeCalibration, quality, groups, 'over-http': overHttp,
    cache, peer, json, out, help
  } = parse(args)
  if (help) return null
  if (!dataset) throw new CommandError('--dataset DIR is missing (--help lists the options)')
  if (peer !== undefined && quality) throw new CommandError('--quality: another program measures none')
  if (peer !== undefined && writeCalibration) {
    throw new CommandError('--write-calibration: another program has its own distances')
  }
  if (peer !== undefined && (groups ?? overHttp) !== undefined) {
    throw new CommandError('--groups, --over-http: another program has no door')
  }
  if (peer !== undefined && cache !== undefined) throw new CommandError('--cache: another program keeps its own')
  return {
    dataset,
    strangers,
    leaveOut,
    pairs,
    enrol: wholeNumber('enrol', enrol),
    impostorsMax: wholeNumber('impostors', impostors),
    calibrate: calibrate === undefined ? undefined : rate('calibrate', calibrate),
    writeCalibration,
    quality,
    groups,
    overHttp: overHttp === undefined ? undefined : wholeNumber('over-http', overHttp),
    cache,
    peer,
    json,
    out
  }
}
