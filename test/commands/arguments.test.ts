import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArguments } from '../../commands/arguments.ts'
import { temporaryFolder } from '../helper.ts'
import { runCommand } from './helper.ts'

test('each command is understood with its options', () => {
  assert.deepEqual(parseArguments(['rekey']), { name: 'rekey' })
  assert.deepEqual(parseArguments(['verify']), { name: 'verify', duplicates: false, drifting: false })
  assert.deepEqual(parseArguments(['verify', '--duplicates']), {
    name: 'verify', duplicates: true, drifting: false
  })
  assert.deepEqual(parseArguments(['verify', '--drifting']), { name: 'verify', duplicates: false, drifting: true })
  assert.deepEqual(parseArguments(['verify', '--server', 'https://faces.example:5000']), {
    name: 'verify', server: 'https://faces.example:5000', duplicates: false, drifting: false
  })
  assert.deepEqual(parseArguments(['export', 'a.ndjson']), { name: 'export', file: 'a.ndjson', plain: false })
  assert.deepEqual(parseArguments(['import', '--replace', 'a.npz']), { name: 'import', file: 'a.npz', replace: true })
  assert.deepEqual(parseArguments(['purge', '--older-than', '90d']), { name: 'purge', olderThan: 90 })
  assert.deepEqual(parseArguments(['copy', '--to', 'there']), { name: 'copy', to: 'there' })
  assert.deepEqual(parseArguments(['reencode']), { name: 'reencode' })
  assert.deepEqual(parseArguments(['network']), { name: 'network' })
  assert.deepEqual(parseArguments(['enroll', 'photos']), { name: 'enroll', dir: 'photos', report: 'enroll.csv' })
  assert.deepEqual(parseArguments(['enroll', 'photos', '--report', 'r.csv']), {
    name: 'enroll', dir: 'photos', report: 'r.csv'
  })
})

test('help is written to stdout, of all commands and of one', async (t) => {
  const all = await runCommand(t, ['--help'], {})
  assert.deepEqual([all.code, all.stderr], [0, ''])
  for (const name of ['rekey', 'verify', 'export', 'import', 'purge', 'copy', 'enroll', 'reencode', 'network']) {
    assert.match(all.stdout, new RegExp(`^  ${name} `, 'm'))
  }
  const one = await runCommand(t, ['export', '--help'], {})
  assert.deepEqual([one.code, one.stderr], [0, ''])
  assert.match(one.stdout, /^Usage: npm run store -- export \[options\] <FILE>\n[^]*--plain/)
})

test('what is not understood ends with code 2, the reason and the usage, and touches nothing', async (t) => {
  const wrong: Array<[args: string[], reason: RegExp]> = [
    [['delete'], /unknown command 'delete'/], [['toString'], /unknown command 'toString'/],
    [['verify', 'x'], /too many arguments/], [['export'], /missing required argument 'FILE'/],
    [['export', 'a', 'b'], /too many/], [['verify', '--plain'], /unknown option '--plain'/],
    [['verify', '--all'], /unknown option '--all'/], [['copy'], /'--to <PLACE>' not specified/],
    [['copy', '--to', ''], /Expected a path/], [['enroll', ''], /Expected a path/],
    ...['', '90', '0d', '-1d', '1.5d', '1e3d', '36501d', 'd', '90 d'].map((age): [string[], RegExp] => (
      [['purge', `--older-than=${age}`], /Expected a number of days from 1d to 36500d/]
    )),
    [['purge'], /'--older-than <DAYS>' not specified/],
    ...['faces:5000', 'ftp://faces', 'http://', ''].map((url): [string[], RegExp] => (
      [['verify', '--server', url], /Expected an address/]
    ))
  ]
  t.mock.method(process.stderr, 'write', () => true)
  for (const [args, message] of wrong) {
    assert.throws(() => parseArguments(args), { name: 'CommanderError', message }, args.join(' '))
  }
  t.mock.restoreAll()

  const FACE_DATA_DIR = await temporaryFolder(t)
  const { code, stdout, stderr } = await runCommand(t, ['purge', '--older-than', '90'], { FACE_DATA_DIR })
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
  assert.match(stderr, /^error: option .* argument '90' is invalid\. Expected a number of days.*\n\nUsage: .* purge/)
  const nothing = await runCommand(t, [], { FACE_DATA_DIR })
  assert.deepEqual([nothing.code, nothing.stdout], [2, ''])
  assert.match(nothing.stderr, /^Usage: npm run store -- /)
})

test('a folder without face data is no empty store', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  for (const args of [['verify'], ['copy', '--to', `${FACE_DATA_DIR}/y`]]) {
    assert.deepEqual(await runCommand(t, args, { FACE_DATA_DIR }), {
      code: 1, stdout: '', stderr: `${FACE_DATA_DIR} holds no face data: set FACE_DATA_DIR\n`
    })
  }
})
