/**
 * `npm run soak -- [--minutes 10]`: mixed traffic against the built server, then what it cost: errors by code,
 * memory, handles, p99. `npm run soak -- --overload [--minutes 1]`: ten times the photos that it can take. Both
 * end with 1 when it did not hold.
 */
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { ensureModels } from '../../models/build.ts'
import { overload } from './overload.ts'
import { soak } from './soak.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, overload: { type: 'boolean', default: false } }
})
const minutes = Number(values.minutes ?? (values.overload ? 1 : 10))
if (!(minutes > 0 && minutes <= 24 * 60)) {
  process.stderr.write('--minutes: expected a number above 0, up to 1440\n')
  process.exit(2)
}
await ensureModels(process.env['MODELS_DIR'] ?? './models')
const run = values.overload ? overload : soak
const { text, passed } = await run(minutes * 60_000, (line) => { process.stderr.write(`${line}\n`) })
process.stdout.write(`${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, Node ${process.version}, ` +
  `${new Date().toISOString().slice(0, 10)}\n\n${text}\n`)
process.exit(passed ? 0 : 1)
