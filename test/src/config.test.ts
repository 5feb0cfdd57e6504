import assert from 'node:assert/strict'
import { test } from 'node:test'
import { availableCores } from '../../src/available-cores.ts'
import { ConfigError, loadConfig } from '../../src/config.ts'

test('without variables the defaults of the old service hold', () => {
  const config = loadConfig({})
  assert.equal(config.HOST, '0.0.0.0')
  assert.equal(config.PORT, 5000)
  assert.equal(config.DEBUG, false)
  assert.equal(config.FACE_DATA_DIR, './face_data')
  assert.equal(config.RECOGNITION_TOLERANCE, 0.6)
  assert.equal(config.FACE_QUALITY_THRESHOLD, 0.8)
  assert.equal(config.MAX_FACES_PER_USER, 5)
  assert.equal(config.LOG_LEVEL, 'info')
})

test('the old names are understood, and the new name wins', () => {
  assert.equal(loadConfig({ FLASK_PORT: '5001' }).PORT, 5001)
  assert.equal(loadConfig({ FLASK_PORT: '5001', PORT: '5002' }).PORT, 5002)
  assert.equal(loadConfig({ FLASK_HOST: '127.0.0.1' }).HOST, '127.0.0.1')
  assert.equal(loadConfig({ FLASK_DEBUG: 'True' }).DEBUG, true)
})

test('the old log levels are understood, and DEBUG alone means debug', () => {
  for (const [old, level] of [
    ['INFO', 'info'], ['WARNING', 'warn'], ['CRITICAL', 'fatal'], ['DEBUG', 'debug'], ['Error', 'error']
  ]) {
    assert.equal(loadConfig({ LOG_LEVEL: old }).LOG_LEVEL, level)
  }
  assert.equal(loadConfig({ DEBUG: '1' }).LOG_LEVEL, 'debug')
  assert.equal(loadConfig({ DEBUG: '1', LOG_LEVEL: 'INFO' }).LOG_LEVEL, 'info')
})

test('the processes share the cores, and each has a thread more than its share when that is several', () => {
  const threads = (env: Record<string, string>): number => loadConfig(env).INFERENCE_THREADS
  const cores = availableCores()
  assert.equal(threads({}), cores === 1 ? 1 : cores + 1)
  assert.equal(threads({ WEB_CONCURRENCY: String(cores) }), 1)
  assert.equal(threads({ WEB_CONCURRENCY: '256' }), 1)
  assert.equal(threads({ WEB_CONCURRENCY: '2', INFERENCE_THREADS: '7' }), 7)
})

test('an empty variable counts as not set', () => {
  assert.equal(loadConfig({ PORT: '', FLASK_PORT: ' ' }).PORT, 5000)
})

test('each limit takes its ends and refuses what lies beyond', () => {
  const limits: Array<[name: string, low: number, high: number, step: number]> = [
    ['PORT', 0, 65535, 1], ['AMBIGUITY_MARGIN', 0, 1, 0.01], ['FACE_QUALITY_THRESHOLD', 0, 1, 0.01],
    ['MAX_FACES_PER_USER', 1, 100, 1], ['MAX_IMAGE_BYTES', 1024, 104857600, 1],
    ['MAX_IMAGE_PIXELS', 1600, 250000000, 1],
    ['WEB_CONCURRENCY', 1, 256, 1], ['INFERENCE_THREADS', 1, 256, 1], ['INFERENCE_QUEUE_MAX', 0, 10000, 1],
    ['INFERENCE_TIMEOUT_MS', 100, 120000, 1],
    ['RATE_LIMIT_MAX', 1, 10000000, 1], ['STORE_POLL_MS', 100, 60000, 1], ['RATE_LIMIT_WINDOW', 1, 86400, 1],
    ['CLOSE_GRACE_MS', 100, 600000, 1]
  ]
  for (const [name, low, high, step] of limits) {
    for (const value of [low, high]) assert.doesNotThrow(() => loadConfig({ [name]: String(value) }))
    for (const value of [low - step, high + step, 'many', 'NaN', 'Infinity']) {
      assert.throws(() => loadConfig({ [name]: String(value) }), (err) => {
        assert.ok(err instanceof ConfigError)
        assert.equal(err.message, `${name}="${value}" is not allowed: expected ` +
          `${step === 1 ? 'a whole number' : 'a number'} from ${low} to ${high}`)
        return true
      })
    }
  }
})

test('faces are kept encrypted or not at all', () => {
  const FACE_DATA_KEY = Buffer.alloc(32, 7).toString('base64')
  assert.equal(loadConfig({ FACE_DATA_KEY }).KEEP_FACE_CHIPS, false)
  assert.equal(loadConfig({ FACE_DATA_KEY, KEEP_FACE_CHIPS: 'true' }).KEEP_FACE_CHIPS, true)
  assert.throws(() => loadConfig({ KEEP_FACE_CHIPS: 'true' }), {
    name: 'ConfigError', message: 'KEEP_FACE_CHIPS=true needs FACE_DATA_KEY: faces are kept encrypted or not at all'
  })
})

test('the address of a database is PostgreSQL\'s, and never repeated, as it holds a password', () => {
  for (const url of ['postgres://u:p@h/d', 'postgresql://h:5433/d?sslmode=require']) {
    assert.equal(loadConfig({ DATABASE_URL: url }).DATABASE_URL, url)
  }
  assert.equal(loadConfig({ DATABASE_URL: '' }).DATABASE_URL, undefined)
  for (const url of ['mysql://u:secret@h/d', 'secret', 'postgres://']) {
    assert.throws(() => loadConfig({ DATABASE_URL: url }), {
      name: 'ConfigError', message: 'DATABASE_URL is not allowed: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE'
    })
  }
})

test('distances are on one scale for all networks, and one of before is converted', () => {
  assert.equal(loadConfig({ RECOGNITION_MODEL: '/models/own.onnx' }).RECOGNITION_TOLERANCE, 0.6)
  assert.equal(loadConfig({ RECOGNITION_TOLERANCE: '1' }).RECOGNITION_TOLERANCE, 1)
  for (const name of ['RECOGNITION_TOLERANCE', 'DUPLICATE_TOLERANCE']) {
    const converted = '1.15 between encodings of fr_feature.onnx is 0\\.69 there'
    const expected = new RegExp(`^ConfigError: ${name}="1.15" is not allowed: ` +
      `expected a number from 0 to 1; .* ${converted}$`)
    assert.throws(() => loadConfig({ [name]: '1.15' }), expected)
  }
  assert.throws(() => loadConfig({ RECOGNITION_TOLERANCE: '3' }), /expected a number from 0 to 1$/)
})

test('the backend that has only face-api\'s networks has that one, and a file is the network that it is', () => {
  assert.equal(loadConfig({}).RECOGNITION_NETWORK, 'fr-feature')
  assert.equal(loadConfig({ RECOGNITION_MODEL: '/own.onnx' }).RECOGNITION_NETWORK, undefined)
  for (const RECOGNITION_NETWORK of [undefined, 'face-api']) {
    assert.equal(loadConfig({ INFERENCE_BACKEND: 'tfjs', RECOGNITION_NETWORK }).RECOGNITION_NETWORK, 'face-api')
  }
  for (const other of [{ RECOGNITION_NETWORK: 'fr-feature' }, { RECOGNITION_MODEL: '/own.onnx' }]) {
    const expected = /^ConfigError: RECOGNITION_\w+="\S+" is not allowed with INFERENCE_BACKEND=tfjs/
    assert.throws(() => loadConfig({ INFERENCE_BACKEND: 'tfjs', ...other }), expected)
  }
})

test('what a network is fed is described by three values', () => {
  for (const value of ['rgb,127.5,127.5', 'bgr,127,128', 'rgb,0,1', 'bgr,0,0.5']) {
    assert.equal(loadConfig({ RECOGNITION_MODEL_INPUT: value }).RECOGNITION_MODEL_INPUT, value)
  }
  for (const value of ['rgb', 'gbr,0,1', 'rgb,0,0', 'rgb,0,0.00', 'rgb,-1,1', 'rgb,0,1,2', 'rgb,1e3,1']) {
    assert.throws(
      () => loadConfig({ RECOGNITION_MODEL_INPUT: value }),
      /^ConfigError: RECOGNITION_MODEL_INPUT="[^"]*" is not allowed: expected rgb or bgr, .* rgb,127.5,127.5$/
    )
  }
})

test('TRUST_PROXY takes yes or no, a number of proxies, or addresses and subnets', () => {
  for (const [value, read] of [
    ['false', 'false'], ['No', 'false'], ['TRUE', 'true'], ['on', 'true'], ['1', '1'], ['0', '0'],
    ['Loopback, 10.0.0.0/8', 'loopback, 10.0.0.0/8'], ['fd00::/8,192.168.1.9', 'fd00::/8,192.168.1.9']
  ]) assert.equal(loadConfig({ TRUST_PROXY: value }).TRUST_PROXY, read)
  const wrong = ['maybe', '-1', '100', '1.5', '10.0.0.0/33', '10.0.0.0/0', '10.0.0.256', 'loopback,', '::1/8/8']
  for (const value of wrong) {
    assert.throws(() => loadConfig({ TRUST_PROXY: value }), {
      name: 'ConfigError',
      message: `TRUST_PROXY="${value}" is not allowed: expected true, false, a number of proxies, or their addresses ` +
        'and subnets, such as 10.0.0.0/8,loopback'
    })
  }
})

test('a bad value under an old name is reported under that name', () => {
  assert.throws(
    () => loadConfig({ FLASK_DEBUG: 'maybe' }),
    /^ConfigError: FLASK_DEBUG="maybe" is not allowed: expected true or false$/
  )
})
