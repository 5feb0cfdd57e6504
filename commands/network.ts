import type { Config } from '../src/config.ts'
import { findNetwork } from '../src/networks/find-network.ts'
import { assertChosenNetwork, chooseNetwork } from '../src/recognition/network-choice.ts'
import { configuredDocuments, withDocuments } from './stores.ts'

/** Chooses the network of the configuration for all servers, which are then restarted one after the other. */
export async function chooseConfiguredNetwork (config: Config): Promise<string> {
  const documents = configuredDocuments(config)
  return await withDocuments(documents, async () => {
    const network = await findNetwork(config)
    const { before, servers } = await chooseNetwork(documents, network)
    const name = network.name ?? network.id
    if (before === null) return `${name} is the network of all servers`
    const next = servers === 0 ? '' : `; restart the ${servers} that run, one after the other, with it`
    return `${name} is the network of all servers that start from now on, in place of ${before}${next}`
  })
}

/** Throws `ConfigError` when servers run that would not know what this network makes. */
export async function assertNetworkOfServers (config: Config): Promise<void> {
  const documents = configuredDocuments(config)
  await withDocuments(documents, async () => assertChosenNetwork(documents, await findNetwork(config)))
}
