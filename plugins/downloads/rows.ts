import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { FastifyReply } from 'fastify'

/** What a list can be had as, beside a page of JSON: all of it, as it is read. */
export const ROW_FORMATS = ['ndjson', 'csv'] as const
export type RowFormat = typeof ROW_FORMATS[number]

type Row = Readonly<Record<string, unknown>>

async function * lines (rows: AsyncIterable<Row>): AsyncIterable<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`
}

/**
 * Answers with the rows, one after the other as the client takes them. CSV has the named columns; what a spreadsheet
 * would take for a formula is escaped.
 */
export function sendRows (
  reply: FastifyReply,
  format: RowFormat,
  rows: AsyncIterable<Row>,
  { columns, name }: { columns: string[], name: string }
): FastifyReply {
  reply.header('content-disposition', `attachment; filename="${name}.${format}"`)
  if (format === 'ndjson') return reply.type('application/x-ndjson').send(Readable.from(lines(rows)))
  const cast = { object: (value: object) => JSON.stringify(value) }
  const csv = stringify({ header: true, columns, escape_formulas: true, cast })
  const source = Readable.from(rows)
  source.on('error', (err) => csv.destroy(err))
  csv.on('close', () => source.destroy())
  return reply.type('text/csv; charset=utf-8').send(source.pipe(csv))
}
