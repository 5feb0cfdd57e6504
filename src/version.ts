import { createRequire } from 'node:module'

const { version } = createRequire(import.meta.url)('face-recognition-server/package.json') as { version: string }

/** The version in package.json, wherever the compiled file lies. */
export const VERSION: string = version
