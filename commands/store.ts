/** `npm run store -- COMMAND`: looks after the face data of the configuration. `--help` lists the commands. */
import type { AuditLog } from '../src/audit/audit-log.ts'
import { createAuditStorage } from '../src/audit/create-storage.ts'
import { createAuditTrail } from '../src/audit/trail.ts'
import { type Config, loadConfig, readEnvironment } from '../src/config.ts'
import { createStoredUsers } from '../src/store/create-store.ts'
import { parseDataKeys, type DataKey } from '../src/store/record/seal.ts'
import { createRecordCodec } from '../src/store/record/codec.ts'
import { runAgain } from './again.ts'
import { auditCommand } from './audit-command.ts'
import { parseArguments, type StoreCommand } from './arguments.ts'
import { CommandError } from './command-error.ts'
import { backup, drillBackup } from './backup.ts'
import { copy, copyDocuments } from './copy.ts'
import { findDrifting } from './drifting.ts'
import { findDuplicates } from './duplicates.ts'
import { enroll } from './enroll.ts'
import { exportUsers } from './export.ts'
import { importDocuments, importUsers } from './import.ts'
import { assertNetworkOfServers, chooseConfiguredNetwork } from './network.ts'
import { purge } from './purge.ts'
import { redelete } from './redelete.ts'
import { reencode } from './reencode.ts'
import { rekey, rekeyDocuments } from './rekey.ts'
import { runProgram } from './program.ts'
import { compareWithServer } from './server-gallery.ts'
import {
  assertHasData, configuredDocuments, configuredSightings, configuredStore, withDataAt
} from './stores.ts'
import { verificationText, verify, verifyDocuments } from './verify.ts'

const NEEDS_NO_DATA: ReadonlyArray<StoreCommand['name']> = ['import', 'enroll', 'drill']

/** Without the empty ones. */
const lines = (...texts: string[]): string => texts.filter((text) => text !== '').join('\n')

const hasKey = (keys: DataKey[]): keys is [DataKey, ...DataKey[]] => keys.length > 0

async function run (command: StoreCommand, config: Config, log: AuditLog): Promise<string> {
  const keys = parseDataKeys(config.FACE_DATA_KEY)
  const codec = createRecordCodec(keys)
  const store = configuredStore(config)
  const stored = createStoredUsers(config)
  const sightings = configuredSightings(config)
  try {
    switch (command.name) {
      case 'rekey':
        if (!hasKey(keys)) throw new CommandError('rekey needs FACE_DATA_KEY: its first key is the one to encrypt with')
        return lines(
          await rekey(store, stored, sightings, keys), await rekeyDocuments(configuredDocuments(config), keys[0])
        )
      case 'verify': {
        const found = await verify(stored)
        const documents = await verifyDocuments((onEvent) => configuredDocuments(config, onEvent), found.problems)
        if (found.problems.length > 0) process.exitCode = 1
        const duplicates = command.duplicates ? await findDuplicates(stored, config) : []
        if (duplicates.length > 0) process.exitCode = 1
        const drifting = command.drifting ? await findDrifting(stored, sightings) : []
        const text = lines(
          verificationText(found),
          documents,
          ...duplicates,
          ...command.duplicates ? [`pairs of users who have one face: ${duplicates.length}`] : [],
          ...drifting,
          ...command.drifting ? [`users who are recognised at ever greater distances: ${drifting.length}`] : []
        )
        // Opening the store would set damaged files aside.
        if (command.server === undefined || found.problems.length > 0) return text
        return `${text}\n${await compareWithServer(store, config, command.server)}`
      }
      case 'export': return await exportUsers(store, command.file, keys.length > 0 && !command.plain ? codec : null)
      case 'import': {
        const options = { ...command, codec, config }
        return lines(await importUsers(store, options), await importDocuments(configuredDocuments(config), options))
      }
      case 'purge': return await purge(store, sightings, createAuditTrail(log, store), command.olderThan)
      case 'copy': {
        const target = withDataAt(command.to, config)
        return lines(
          await copy(store, configuredStore(target)),
          await copyDocuments(configuredDocuments(config), configuredDocuments(target))
        )
      }
      case 'backup': return await backup(config, stored)
      case 'drill': return await drillBackup(config, stored, command.file)
      case 'redelete':
        return await redelete(store, sightings, createAuditStorage(config), createAuditTrail(log, store))
      case 'network': return await chooseConfiguredNetwork(config)
      case 'enroll':
        await assertNetworkOfServers(config)
        return await enroll(store, sightings, config, command)
      case 'reencode': return await reencode(store, sightings, config)
    }
  } finally {
    await sightings.close()
    await stored.close()
  }
}

async function main (): Promise<void> {
  const command = parseArguments(process.argv.slice(2))
  if (command === null) return
  const config = loadConfig(readEnvironment())
  if (!NEEDS_NO_DATA.includes(command.name)) await assertHasData(config)
  // One process does the work of all that the server has.
  const runsThreads = command.name === 'enroll' || command.name === 'reencode'
  if (runsThreads) config.INFERENCE_THREADS *= config.WEB_CONCURRENCY
  const exitCode = runsThreads ? await runAgain(config) : null
  if (exitCode === null) {
    const text = await auditCommand(config, command, (log) => run(command, config, log))
    process.stdout.write(`${text}\n`)
  } else process.exitCode = exitCode
}

await runProgram(main)
