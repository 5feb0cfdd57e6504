import { loadConfig } from '../src/config.ts'
import { findNetwork, type RecognitionNetwork } from '../src/networks/find-network.ts'

/** Variables in addition to those of this process. */
export type Extra = Readonly<Record<string, string>>

/** The recognition network of a server with these variables. */
export const networkOf = (env: Extra = {}): Promise<RecognitionNetwork> =>
  findNetwork(loadConfig({ ...process.env, ...env }))
