import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'

const OPERATIONS = join(import.meta.dirname, '..', '..', 'docs', 'operations.md')
const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' }

/** A row of docs/operations.md: what a message starts with, and the levels that it may have. */
export interface ExplainedLine { start: string, levels: string[] }

/** The lines that docs/operations.md explains; those of the store by the type of their event. */
export function explainedLines (): { lines: ExplainedLine[], storeEvents: ExplainedLine[] } {
  const [, section = ''] = readFileSync(OPERATIONS, 'utf8').split('\n## Log lines\n')
  const found = section.split('\n## ')[0]!.matchAll(/^\| (`.+?) \| ([^|]+) \|/gm)
  const rows = [...found].map(([, cell = '', levels = '']) => ({
    names: [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name.replace(/ ?…$/, '')),
    levels: levels.split(/, | or /).map((level) => level.trim())
  }))
  const ofStore = rows.filter(({ names }) => names[0] === 'store' && names[1] === 'type')
  const explain = ({ names, levels }: typeof rows[number]): ExplainedLine[] => names.map((start, i) => (
    { start, levels: names.length === levels.length ? [levels[i]!] : levels }
  ))
  return {
    lines: rows.filter((row) => !ofStore.includes(row)).flatMap(explain),
    storeEvents: ofStore.flatMap(({ names, levels }) => explain({ names: names.slice(2), levels }))
  }
}

const { lines, storeEvents } = explainedLines()
const unexplained = new Set<string>()

/** Takes the lines of a server under test: what docs/operations.md does not explain fails the file of tests. */
export function checkLogLine (line: string): void {
  const { level, msg = '', type } = JSON.parse(line) as { level: number, msg?: string, type?: string }
  const isExplained = msg === 'store'
    ? storeEvents.some(({ start, levels }) => start === type && levels.includes(LEVELS[level]!))
    : lines.some(({ start, levels }) => msg.startsWith(start) && levels.includes(LEVELS[level]!))
  if (!isExplained) unexplained.add(`${LEVELS[level]}: ${msg === 'store' ? `store, ${type}` : msg}`)
}

after(() => assert.deepEqual([...unexplained], [], 'log lines that docs/operations.md does not explain'))
