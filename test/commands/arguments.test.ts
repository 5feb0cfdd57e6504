import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArguments, USAGE } from '../../commands/arguments.ts'
import { temporaryFolder } from '../helper.ts'
import { runCommand } from './helper.ts'

test('each command is understood with its options', () => {
  assert.deepEqual(parseArguments(['verify']), { name: 'verify', server: undefined })
  assert.deepEqual(parseArguments(['verify', '--server', 'https://faces.example:5000']), {
    name: 'verify', server: 'https://faces.example:5000'
  })
  assert.deepEqual(parseArguments(['export', 'a.ndjson']), { name: 'export', file: 'a.ndjson', plain: false })
  assert.deepEqual(parseArguments(['import', '--replace', 'a.npz']), { name: 'import', file: 'a.npz', replace: true })
  assert.deepEqual(parseArguments(['purge', '--older-than', '90d']), { name: 'purge', olderThanDays: 90 })
  assert.deepEqual(parseArguments(['copy', '--to', 'there']), { name: 'copy', to: 'there' })
  assert.deepEqual(parseArguments(['enroll', 'photos', '--report', 'r.csv']), {
    name: 'enroll', dir: 'photos', report: 'r.csv'
  })
  assert.equal(parseArguments(['export', '--help']), null)
})

test('what is not understood ends with code 2, the reason and the usage, and touches nothing', async (t) => {
  const wrong: Array<[args: string[], reason: RegExp]> = [
    [[], /^no command$/], [['delete'], /^delete: no such command$/], [['toString'], /no such command$/],
    [['verify', 'x'], /too many arguments$/], [['export'], /FILE is missing$/], [['export', 'a', 'b'], /too many/],
    [['verify', '--plain'], /takes no --plain$/], [['verify', '--all'], /--all/], [['copy'], /--to DIR is missing$/],
    [['enroll', ''], /DIR is missing/],
    ...['', '90', '0d', '-1d', '1.5d', '1e3d', '36501d', 'd', '90 d'].map((age): [string[], RegExp] => (
      [['purge', `--older-than=${age}`], /expected a number of days/]
    )),
    [['purge'], /expected a number of days/],
    ...['faces:5000', 'ftp://faces', 'http://', ''].map((url): [string[], RegExp] => (
      [['verify', '--server', url], /expected an address/]
    ))
  ]
  for (const [args, message] of wrong) {
    assert.throws(() => parseArguments(args), { name: 'UsageError', message }, args.join(' '))
  }

  const FACE_DATA_DIR = await temporaryFolder(t)
  const { code, stdout, stderr } = await runCommand(t, ['purge', '--older-than', '90'], { FACE_DATA_DIR })
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
  assert.equal(stderr, `--older-than 90: expected a number of days from 1d to 36500d\n\n${USAGE}`)
})

test('a folder without face data is no empty store', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  for (const args of [['verify'], ['copy', '--to', `${FACE_DATA_DIR}/y`]]) {
    assert.deepEqual(await runCommand(t, args, { FACE_DATA_DIR }), {
      code: 1, stdout: '', stderr: `${FACE_DATA_DIR} holds no face data: set FACE_DATA_DIR\n`
    })
  }
})
