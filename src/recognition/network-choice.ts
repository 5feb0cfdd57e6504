import { ConfigError } from '../config.ts'
import { FaceError } from '../errors.ts'
import type { RecognitionNetwork } from '../networks/find-network.ts'
import { areComparable } from '../networks/kinds.ts'
import type { DocumentContent, DocumentStore } from '../store/documents/document-store.ts'
import { isOwnerAlive, ownerName, parseOwner } from '../store/folder/process-identity.ts'

const DOCUMENT = 'network'
/** Servers of other hosts say that they run this often, and count for as long as they may have missed it twice. */
const ALIVE_MS = 60_000
const ALIVE_MS_MAX = 3 * ALIVE_MS

type Network = Pick<RecognitionNetwork, 'id' | 'name'>

/** The network that all servers of a store use. */
interface Choice {
  model: string
  /** For people: of the catalogue, or null for an operator's own. */
  name: string | null
  /** The processes that run, and when each said so last, in milliseconds since 1970. */
  servers: Record<string, number>
}

function choiceOf (content: DocumentContent | null): Choice | null {
  if (!content) return null
  const { model, name, servers } = content
  if (typeof model !== 'string') return null
  const listed = typeof servers === 'object' && servers !== null ? Object.entries(servers) : []
  return {
    model,
    name: typeof name === 'string' ? name : null,
    servers: Object.fromEntries(listed.filter(([, at]) => typeof at === 'number'))
  }
}

/** Those of the servers that run, as far as that can be told. */
function running ({ servers }: Choice): Record<string, number> {
  return Object.fromEntries(Object.entries(servers).filter(([server, at]) => {
    const owner = parseOwner(server)
    return owner && (isOwnerAlive(owner) ?? Date.now() - at < ALIVE_MS_MAX)
  }))
}

const nameOf = ({ name, model }: Pick<Choice, 'name' | 'model'>): string => name ?? `the network ${model}`

/** Throws {@link ConfigError} when servers run and the network that was chosen for them is another one. */
function checkChoice (choice: Choice | null, { id, name }: Network): void {
  if (!choice || areComparable(choice.model, id)) return
  if (Object.keys(running(choice)).length === 0) return
  throw new ConfigError(
    `The network of this store is ${nameOf(choice)}, and servers run that use it; the configuration says ` +
    `${nameOf({ name, model: id })}: set RECOGNITION_NETWORK as they have it, or choose this one for all of them by ` +
    'npm run store -- network'
  )
}

/** One server among those of its store, which all use one network. */
export interface NetworkChoice {
  /**
   * Joins the servers that run; with none of them, chooses the network of the configuration. Throws {@link ConfigError}
   * if they use another one.
   */
  join (): Promise<void>
  /** Says again that this server runs; call it every {@link NetworkChoice.aliveMs}. */
  stay (): Promise<void>
  leave (): Promise<void>
  /** Whether another network has been chosen since this server started. */
  isOutdated (): boolean
  readonly aliveMs: number
}

/** Makes the choice's part in one server. Documents that cannot be written now do not keep it from starting. */
export function createNetworkChoice (documents: DocumentStore, network: Network): NetworkChoice {
  const server = ownerName()

  async function enter (): Promise<void> {
    await documents.update('settings', DOCUMENT, (content) => {
      const choice = choiceOf(content)
      checkChoice(choice, network)
      const isKept = choice && areComparable(choice.model, network.id)
      const { model, name } = isKept ? choice : { model: network.id, name: network.name }
      return { ...content, model, name, servers: { ...choice && running(choice), [server]: Date.now() } }
    })
  }

  return {
    aliveMs: ALIVE_MS,
    async join () {
      try {
        await enter()
      } catch (err) {
        if (!(err instanceof FaceError)) throw err
        checkChoice(choiceOf(documents.get('settings', DOCUMENT)), network)
        throw err
      }
    },
    async stay () {
      await documents.update('settings', DOCUMENT, (content) => {
        const choice = choiceOf(content)
        return choice && { ...content, servers: { ...running(choice), [server]: Date.now() } }
      })
    },
    async leave () {
      await documents.update('settings', DOCUMENT, (content) => {
        const choice = choiceOf(content)
        if (!choice) return content
        const { [server]: _, ...servers } = running(choice)
        return { ...content, servers }
      })
    },
    isOutdated () {
      const choice = choiceOf(documents.get('settings', DOCUMENT))
      return choice !== null && !areComparable(choice.model, network.id)
    }
  }
}

/**
 * Chooses the network for all servers of a store: those that run go on with theirs, those that start must have this
 * one. Resolves to what was chosen before, and how many servers run.
 */
export async function chooseNetwork (documents: DocumentStore, { id, name }: Network): Promise<{
  before: string | null, servers: number
}> {
  let outcome: { before: string | null, servers: number } = { before: null, servers: 0 }
  await documents.update('settings', DOCUMENT, (content) => {
    const choice = choiceOf(content)
    const servers = choice ? running(choice) : {}
    const before = choice && !areComparable(choice.model, id) ? nameOf(choice) : null
    outcome = { before, servers: Object.keys(servers).length }
    return { ...content, model: id, name, servers }
  })
  return outcome
}

/** Throws {@link ConfigError} when servers run that use another network; for commands that encode faces for them. */
export function assertChosenNetwork (documents: DocumentStore, network: Network): void {
  checkChoice(choiceOf(documents.get('settings', DOCUMENT)), network)
}
