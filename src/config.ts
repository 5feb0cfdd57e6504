import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseEnv } from 'node:util'
import { envSchema } from 'env-schema'
import { Type, type Static } from 'typebox'
import { availableCores } from './available-cores.ts'
import { onScale } from './networks/calibration.ts'
import { CALIBRATIONS } from './networks/calibrations.ts'
import { DEFAULT_NETWORK, NETWORK_NAMES } from './networks/catalogue.ts'
import { UNIT_ROLES_PATTERN } from './tls/client-certificate.ts'
import { parseTrustProxy } from './trust-proxy.ts'

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

const INFERENCE_THREADS_MAX = 256

/**
 * Threads for a process's share of the cores: one more than that, which works while another one waits for its photo to
 * be decoded. Where the share is one core, one thread.
 */
function inferenceThreads (processes: number): number {
  const cores = Math.max(1, Math.floor(availableCores() / processes))
  return cores === 1 ? 1 : Math.min(cores + 1, INFERENCE_THREADS_MAX)
}

/** Every variable with its range and default; `.env.example` lists the same. */
export const ConfigSchema = Type.Object({
  HOST: Type.String({ default: '0.0.0.0', minLength: 1 }),
  PORT: Type.Integer({ default: 5000, minimum: 0, maximum: 65535 }),
  DEBUG: Type.Boolean({ default: false }),
  TRUST_PROXY: Type.String({
    default: 'false',
    description: 'true, false, a number of proxies, or their addresses and subnets, such as 10.0.0.0/8,loopback'
  }),
  JWT_JWKS_URL: Type.Optional(Type.String({
    pattern: '^(https://.|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])[:/])',
    description: 'an address that starts with https://, or with http:// on this machine'
  })),
  JWT_PUBLIC_KEY: Type.Optional(Type.String({ minLength: 1 })),
  JWT_ISSUER: Type.Optional(Type.String({ minLength: 1 })),
  JWT_AUDIENCE: Type.Optional(Type.String({ minLength: 1 })),
  JWT_ROLE_CLAIM: Type.String({ default: 'roles', minLength: 1 }),
  JWT_CLOCK_SKEW: Type.Integer({ default: 60, minimum: 0, maximum: 600 }),
  TLS_CERT_FILE: Type.Optional(Type.String({ minLength: 1 })),
  TLS_KEY_FILE: Type.Optional(Type.String({ minLength: 1 })),
  TLS_CLIENT_CA_FILE: Type.Optional(Type.String({ minLength: 1 })),
  TLS_CLIENT_ROLES: Type.String({
    default: 'kiosk=kiosk',
    pattern: UNIT_ROLES_PATTERN,
    description: 'UNIT=ROLE, separated by commas, such as kiosk=kiosk,reception=enroller'
  }),
  AUTH: Type.Optional(Type.Enum(['open', 'required'])),
  ADMIN_KEY: Type.Optional(Type.String({
    pattern: '^[!-~]{16,}$',
    description: '16 or more letters, digits and signs of ASCII without a space (openssl rand -base64 32 makes one)'
  })),
  FACE_DATA_DIR: Type.String({ default: './face_data', minLength: 1 }),
  FACE_DATA_KEY: Type.Optional(Type.String({
    pattern: '^[A-Za-z0-9+/]{43}=(,[A-Za-z0-9+/]{43}=)*$',
    description: 'keys of 32 bytes in base64, separated by commas (openssl rand -base64 32 makes one)'
  })),
  KEEP_FACE_CHIPS: Type.Boolean({ default: false }),
  BACKUP_DIR: Type.Optional(Type.String({ minLength: 1 })),
  BACKUP_HOURS: Type.Integer({ default: 24, minimum: 1, maximum: 8_760 }),
  BACKUP_KEEP: Type.Integer({ default: 14, minimum: 1, maximum: 10_000 }),
  RETENTION_DAYS: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 })),
  AUDIT_KEY: Type.Optional(Type.String({
    pattern: '^[A-Za-z0-9+/]{43}=$', description: '32 bytes in base64 (openssl rand -base64 32 makes them)'
  })),
  STORE_POLL_MS: Type.Integer({ default: 500, minimum: 100, maximum: 60_000 }),
  DATABASE_URL: Type.Optional(Type.String({
    pattern: '^postgres(ql)?://.', description: 'postgres://USER:PASSWORD@HOST:PORT/DATABASE'
  })),
  MODELS_DIR: Type.String({ default: './models', minLength: 1 }),
  ENCODING_ARITHMETIC: Type.Enum(['float32', 'int8'], { default: 'float32' }),
  ENCODING_AUGMENT: Type.Enum(['none', 'flip'], { default: 'none' }),
  RECOGNITION_NETWORK: Type.Optional(Type.Enum([...NETWORK_NAMES], { default: DEFAULT_NETWORK })),
  RECOGNITION_MODEL: Type.Optional(Type.String({ minLength: 1 })),
  RECOGNITION_MODEL_INPUT: Type.String({
    default: 'rgb,127.5,127.5',
    pattern: String.raw`^(rgb|bgr),\d{1,3}(\.\d{1,6})?,(?!0+(\.0*)?$)\d{1,3}(\.\d{1,6})?$`,
    description: 'rgb or bgr, what is subtracted from each byte and what it is then divided by, such as rgb,127.5,127.5'
  }),
  RECOGNITION_TOLERANCE: Type.Number({ default: 0.6, minimum: 0, maximum: 1 }),
  FALSE_MATCH_TARGET: Type.Number({ default: 0.005, minimum: 1e-6, maximum: 1 }),
  AMBIGUITY_MARGIN: Type.Number({ default: 0.05, minimum: 0, maximum: 1 }),
  DUPLICATE_TOLERANCE: Type.Number({ default: 0.45, minimum: 0, maximum: 1 }),
  FACE_QUALITY_THRESHOLD: Type.Number({ default: 0.8, minimum: 0, maximum: 1 }),
  MAX_FACES_PER_USER: Type.Integer({ default: 5, minimum: 1, maximum: 100 }),
  MAX_IMAGE_BYTES: Type.Integer({ default: 10 * 1024 * 1024, minimum: 1024, maximum: 100 * 1024 * 1024 }),
  UPLOAD_MEMORY_MAX: Type.Integer({ default: 96 * 1024 * 1024, minimum: 1024, maximum: 64 * 1024 * 1024 * 1024 }),
  IMPORT_BYTES_MAX: Type.Integer({
    default: 1024 * 1024 * 1024, minimum: 1024, maximum: 64 * 1024 * 1024 * 1024
  }),
  MAX_IMAGE_PIXELS: Type.Integer({ default: 25_000_000, minimum: 1600, maximum: 250_000_000 }),
  WEB_CONCURRENCY: Type.Integer({ default: 1, minimum: 1, maximum: 256 }),
  INFERENCE_BACKEND: Type.Enum(['onnx', 'tfjs'], { default: 'onnx' }),
  ONNX_EXECUTION_PROVIDERS: Type.String({
    default: 'cpu',
    pattern: '^[a-z]+(,[a-z]+)*$',
    description: 'names of ONNX Runtime\'s execution providers, best first, such as cuda,cpu'
  }),
  INFERENCE_THREADS: Type.Integer({ default: inferenceThreads(1), minimum: 1, maximum: INFERENCE_THREADS_MAX }),
  INFERENCE_QUEUE_MAX: Type.Integer({ default: 64, minimum: 0, maximum: 10_000 }),
  INFERENCE_TIMEOUT_MS: Type.Integer({ default: 15_000, minimum: 100, maximum: 120_000 }),
  MAX_CONNECTIONS: Type.Integer({ default: 2_000, minimum: 1, maximum: 1_000_000 }),
  MAX_CONNECTIONS_PER_ADDRESS: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  CORS_ORIGINS: Type.Optional(Type.String({ minLength: 1 })),
  RATE_LIMIT_MAX: Type.Integer({ default: 1200, minimum: 1, maximum: 10_000_000 }),
  KEY_RATE_LIMIT_MAX: Type.Integer({ default: 6000, minimum: 1, maximum: 10_000_000 }),
  RATE_LIMIT_WINDOW: Type.Integer({ default: 60, minimum: 1, maximum: 86_400 }),
  AUTH_FAILURES_MAX: Type.Integer({ default: 20, minimum: 1, maximum: 1_000_000 }),
  ATTENDANCE_TIMEZONE: Type.String({
    default: 'UTC',
    pattern: '^[A-Za-z][A-Za-z0-9_+/-]{0,63}$',
    description: 'a time zone of the IANA database, such as Asia/Jakarta'
  }),
  ATTENDANCE_DAY_STARTS: Type.String({
    default: '00:00', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'HH:MM'
  }),
  ATTENDANCE_DEBOUNCE_SECONDS: Type.Integer({ default: 60, minimum: 0, maximum: 3600 }),
  ATTENDANCE_RETENTION_DAYS: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 })),
  CLOSE_GRACE_MS: Type.Integer({ default: 20_000, minimum: 100, maximum: 600_000 }),
  LOG_LEVEL: Type.Enum(LOG_LEVELS, { default: 'info' }),
  LOG_FILE: Type.String({ default: 'face_server.log', minLength: 1 }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(Type.String({
    pattern: '^https?://.', description: 'the base address of an OTLP/HTTP collector, such as http://localhost:4318'
  }))
})

export type Config = Static<typeof ConfigSchema>

/** A variable has a value that is not allowed. The message is one line for the operator. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Never repeated in a message. */
const SECRETS: ReadonlySet<string> = new Set(['ADMIN_KEY', 'AUDIT_KEY', 'DATABASE_URL', 'FACE_DATA_KEY'])

/** The settings in force; of secrets only that they are set. */
export function publicSettings (config: Config): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, SECRETS.has(name) ? 'set' : value]))
}

/** Names of the service this one replaces, and what they are called here. The new name wins. */
const OLD_NAMES: ReadonlyArray<[old: string, name: keyof Config]> = [
  ['FLASK_HOST', 'HOST'],
  ['FLASK_PORT', 'PORT'],
  ['FLASK_DEBUG', 'DEBUG']
]

/** Python's level names, as `LOG_LEVEL` was written before. */
const OLD_LEVELS: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal', notset: 'trace' }
const BOOLEANS: Readonly<Record<string, string>> = {
  1: 'true', yes: 'true', on: 'true', 0: 'false', no: 'false', off: 'false'
}

function normalise (name: string, value: string): string {
  const lower = value.toLowerCase()
  if (name === 'LOG_LEVEL') return OLD_LEVELS[lower] ?? lower
  if (name === 'DEBUG' || name === 'KEEP_FACE_CHIPS') return BOOLEANS[lower] ?? lower
  // 0 and 1 are numbers of proxies.
  if (name === 'TRUST_PROXY') return /^\d/.test(lower) ? lower : BOOLEANS[lower] ?? lower
  return value
}

interface VariableSchema {
  description?: unknown
  type?: unknown
  minimum?: unknown
  maximum?: unknown
  enum?: unknown
}

function allowedValues (schema: VariableSchema): string {
  if (typeof schema.description === 'string') return schema.description
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.join(', ')}`
  if (schema.type === 'boolean') return 'true or false'
  if (schema.type === 'string') return 'a text that is not empty'
  const kind = schema.type === 'integer' ? 'a whole number' : 'a number'
  return `${kind} from ${String(schema.minimum)} to ${String(schema.maximum)}`
}

/** A hint how to write a tolerance meant for Euclidean distances of encodings, up to 2; '' for any other value. */
function conversion (name: string, value: string): string {
  const raw = Number(value)
  if (!['RECOGNITION_TOLERANCE', 'DUPLICATE_TOLERANCE'].includes(name) || !(raw > 1 && raw <= 2)) return ''
  const scaled = Math.min(1, onScale(CALIBRATIONS['fr-feature/float32/none']!, raw))
  return '; distances are on one scale for all networks now, 0.4 very strict, 0.6 balanced, 0.8 permissive: ' +
    `${raw} between encodings of fr_feature.onnx is ${scaled.toFixed(2)} there`
}

/**
 * Reads the configuration from environment variables; empty ones count as not set.
 * Throws {@link ConfigError} naming the first bad variable, its value unless that is secret, and what is allowed.
 */
export function loadConfig (env: Readonly<Record<string, string | undefined>>): Config {
  const sourceOf = new Map<string, string>(OLD_NAMES.map(([old, name]) => [name, env[name] ? name : old]))
  const data: Record<string, string> = {}
  for (const name of Object.keys(ConfigSchema.properties)) {
    const value = env[sourceOf.get(name) ?? name]?.trim()
    if (value) data[name] = normalise(name, value)
  }
  for (const [name, schema] of Object.entries(ConfigSchema.properties)) {
    if (data[name] === undefined) continue
    const source = env[name] ? name : sourceOf.get(name) ?? name
    try {
      if ('maximum' in schema && !Number.isFinite(Number(data[name]))) throw new ConfigError('not a number')
      if (name === 'TRUST_PROXY' && parseTrustProxy(data[name]) === null) throw new ConfigError('no proxies')
      envSchema({
        schema: { type: 'object', properties: { [name]: schema } },
        data: { [name]: data[name] },
        env: false
      })
    } catch {
      const value = SECRETS.has(name) ? '' : `=${JSON.stringify(env[source])}`
      const expected = `${allowedValues(schema)}${conversion(name, data[name])}`
      throw new ConfigError(`${source}${value} is not allowed: expected ${expected}`)
    }
  }
  const config = envSchema<Config>({ schema: ConfigSchema, data, env: false })
  settleNetwork(config, data)
  assertTlsComplete(config)
  assertTokensComplete(config)
  if (config.BACKUP_DIR !== undefined && config.FACE_DATA_KEY === undefined) {
    throw new ConfigError('BACKUP_DIR needs FACE_DATA_KEY, too: backups are encrypted')
  }
  if (config.KEEP_FACE_CHIPS && config.FACE_DATA_KEY === undefined) {
    throw new ConfigError('KEEP_FACE_CHIPS=true needs FACE_DATA_KEY: faces are kept encrypted or not at all')
  }
  assertTimeZone(config)
  if (!data['INFERENCE_THREADS']) config.INFERENCE_THREADS = inferenceThreads(config.WEB_CONCURRENCY)
  return config.DEBUG && !data['LOG_LEVEL'] ? { ...config, LOG_LEVEL: 'debug' } : config
}

/** Whoever checks tokens without knowing for whom they are accepts those for everybody else, too. */
function assertTokensComplete (config: Config): void {
  const source = (['JWT_JWKS_URL', 'JWT_PUBLIC_KEY'] as const).filter((name) => config[name] !== undefined)
  if (source.length > 1) throw new ConfigError('JWT_PUBLIC_KEY is not allowed with JWT_JWKS_URL, which has the keys')
  const others = ['JWT_ISSUER', 'JWT_AUDIENCE'] as const
  const present = source[0] ?? others.find((name) => config[name] !== undefined)
  const missing = source[0] ? others.find((name) => config[name] === undefined) : 'JWT_JWKS_URL or JWT_PUBLIC_KEY'
  if (present !== undefined && missing !== undefined) throw new ConfigError(`${present} needs ${missing}, too`)
}

function assertTlsComplete ({ TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE }: Config): void {
  const given = { TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE }
  const present = Object.entries(given).find(([, file]) => file !== undefined)?.[0]
  const missing = (['TLS_CERT_FILE', 'TLS_KEY_FILE'] as const).find((name) => given[name] === undefined)
  if (present !== undefined && missing !== undefined) throw new ConfigError(`${present} needs ${missing}, too`)
}

function assertTimeZone ({ ATTENDANCE_TIMEZONE: timeZone }: Config): void {
  try {
    Intl.DateTimeFormat('en', { timeZone })
  } catch (cause) {
    const setting = `ATTENDANCE_TIMEZONE=${JSON.stringify(timeZone)}`
    throw new ConfigError(`${setting} is not allowed: expected a zone such as Asia/Jakarta`, { cause })
  }
}

/**
 * A model file, or the backend that has only face-api's networks, overrides the default network. Throws on settings
 * that contradict it.
 */
function settleNetwork (config: Config, given: Readonly<Record<string, string>>): void {
  if (config.INFERENCE_BACKEND === 'tfjs') {
    const other = given['RECOGNITION_MODEL'] ? 'RECOGNITION_MODEL' : 'RECOGNITION_NETWORK'
    if (given[other] && given[other] !== 'face-api') {
      const setting = `${other}=${JSON.stringify(given[other])}`
      throw new ConfigError(
        `${setting} is not allowed with INFERENCE_BACKEND=tfjs, which has face-api's networks alone`
      )
    }
    config.RECOGNITION_NETWORK = 'face-api'
  } else if (config.RECOGNITION_MODEL !== undefined && !given['RECOGNITION_NETWORK']) {
    delete config.RECOGNITION_NETWORK
  }
}

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The variables of this process, and of the file `.env` where it was started those that it does not have. */
export function readEnvironment (): Environment {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {}
  return { ...file, ...process.env }
}

const { version } = createRequire(import.meta.url)('face-recognition-server/package.json') as { version: string }

/** The version in package.json, wherever the compiled file lies. */
export const VERSION: string = version
