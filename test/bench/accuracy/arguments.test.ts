import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArguments, USAGE } from '../../../bench/accuracy/arguments.ts'
import { LABEL_ERRORS } from '../../../bench/accuracy/dataset.ts'

test('without options it has the defaults that the help names', () => {
  const defaults = parseArguments(['--dataset', 'set'])
  assert.deepEqual(defaults, {
    dataset: 'set',
    strangers: undefined,
    leaveOut: LABEL_ERRORS,
    pairs: undefined,
    enrol: 1,
    impostorsMax: 1_000_000,
    calibrate: undefined,
    writeCalibration: false,
    quality: false,
    groups: undefined,
    overHttp: undefined,
    cache: undefined,
    peer: undefined,
    json: false,
    out: 'bench/results/accuracy'
  })
  for (const value of ['(1)', '(1000000)', '(bench/results/accuracy)']) assert.ok(USAGE.includes(value), value)
})

test('every option is taken', () => {
  const args = '--dataset set --strangers more --leave-out names.txt --write-calibration --pairs p.txt ' +
    '--enrol 2 --impostors 500 --calibrate 1e-3 --quality --json --out figures --groups groups.csv --over-http 40 ' +
    '--cache kept'
  assert.deepEqual(parseArguments(args.split(' ')), {
    dataset: 'set',
    strangers: 'more',
    leaveOut: 'names.txt',
    pairs: 'p.txt',
    enrol: 2,
    impostorsMax: 500,
    calibrate: 0.001,
    writeCalibration: true,
    quality: true,
    groups: 'groups.csv',
    overHttp: 40,
    cache: 'kept',
    peer: undefined,
    json: true,
    out: 'figures'
  })
  assert.equal(parseArguments(['--dataset', 'set', '--peer', 'encode models'])?.peer, 'encode models')
  for (const option of `${args} --peer`.match(/--[\w-]+/g) ?? []) assert.match(USAGE, new RegExp(`\\n  ${option}\\s`))
  assert.equal(parseArguments(['--help']), null)
})

test('what is not understood is told in one line', () => {
  const wrong: ReadonlyArray<[args: string, message: RegExp]> = [
    ['', /^--dataset DIR is missing/],
    ['--dataset', /^Option '--dataset <value>' argument missing \(--help/],
    ['--dataset set --speed', /^Unknown option '--speed'/],
    ['--dataset set more', /^Unexpected argument 'more'/],
    ['--dataset set --enrol 0', /^--enrol 0: expected a whole number from 1$/],
    ['--dataset set --enrol two', /^--enrol two: expected/],
    ['--dataset set --impostors 1.5', /^--impostors 1\.5: expected/],
    ['--dataset set --calibrate 1', /^--calibrate 1: expected a number between 0 and 1/],
    ['--dataset set --quality --peer encode', /^--quality: another program measures none$/],
    ['--dataset set --write-calibration --peer encode', /^--write-calibration: another program has its own distances$/],
    ['--dataset set --over-http 0', /^--over-http 0: expected a whole number from 1$/],
    ['--dataset set --groups file --peer encode', /^--groups, --over-http: another program has no door$/],
    ['--dataset set --cache kept --peer encode', /^--cache: another program keeps its own$/],
    ['--dataset set --calibrate 0', /^--calibrate 0: expected/]
  ]
  for (const [args, message] of wrong) {
    assert.throws(() => parseArguments(args.split(' ').filter(Boolean)), (err) =>
      err instanceof Error && err.name === 'CommandError' && message.test(err.message) &&
        !err.message.includes('\n'), args)
  }
})
