import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { NetworkName } from '../src/networks/catalogue.ts'

const NETWORKS_DIR = resolve(process.env['NETWORKS_DIR'] ?? '../shared/networks')

/** Networks of the catalogue that the operator brings, by what their files are called there. */
const FILES: Readonly<Partial<Record<NetworkName, string>>> = {
  mobilefacenet: 'mobilefacenet-foamliu.onnx',
  'retail-0095': 'face-reidentification-retail-0095.onnx',
  'mobileface-v2': 'mobileface-v2.onnx'
}

/** Their names. */
export const BROUGHT = Object.keys(FILES) as NetworkName[]

/** Where the network's file is. */
export const broughtFile = (name: NetworkName): string => join(NETWORKS_DIR, FILES[name] ?? '')

/** Reason to skip a test that needs them, or false when they are there. */
export const WITHOUT_NETWORKS: string | false = BROUGHT.every((name) => existsSync(broughtFile(name)))
  ? false
  : `the networks are not at ${NETWORKS_DIR}; set NETWORKS_DIR to run this test`
