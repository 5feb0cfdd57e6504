import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shareApp, startApp } from '../helper.ts'
import { tlsFiles } from '../support/certificates.ts'

const app = shareApp()

test('every answer has the headers that restrict browsers, refusals and unknown addresses too', async () => {
  for (const [method, url] of [
    ['GET', '/health'], ['GET', '/status/1'], ['POST', '/recognize'], ['DELETE', '/face/1'], ['GET', '/nowhere']
  ] as const) {
    const { headers } = await (await app()).inject({ method, url })
    assert.equal(
      headers['content-security-policy'],
      'default-src \'none\';base-uri \'none\';form-action \'none\';frame-ancestors \'none\'',
      url
    )
    assert.equal(headers['x-content-type-options'], 'nosniff', url)
    assert.equal(headers['x-frame-options'], 'DENY', url)
    assert.equal(headers['referrer-policy'], 'same-origin', url)
    assert.equal(headers['cache-control'], 'no-store', url)
    assert.equal(headers['strict-transport-security'], undefined, url)
  }
})

/** Where the files and the inline code of a page come from. */
function sourcesOf (html: string): { inline: string[], files: string[] } {
  const inline = [...html.matchAll(/<(script|style)(?![^>]*\bsrc=)[^>]*>([^]*?)<\/\1>/g)].map(([, , text = '']) => text)
  return { inline, files: [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address) }
}

test('the documentation loads its own files only, over HTTP as well', async () => {
  const page = await (await app()).inject('/docs')
  const policy = String(page.headers['content-security-policy'])
  assert.match(policy, /default-src 'none';.*script-src 'self'; style-src 'self';/)
  assert.doesNotMatch(policy, /unsafe|upgrade-insecure-requests|https:/)
  const { inline, files } = sourcesOf(page.body)
  assert.deepEqual(inline.filter((text) => text.trim() !== ''), [])
  assert.ok(files.length > 3)
  for (const file of files) assert.doesNotMatch(file, /^([a-z]+:)?\/\//)
})

test('under TLS browsers are told to keep to it', async (t) => {
  const secure = await startApp(t, (await tlsFiles(t)).env)
  assert.equal((await secure.inject('/health')).headers['strict-transport-security'], 'max-age=2592000')
  const page = await secure.inject('/ca')
  assert.match(String(page.headers['content-security-policy']), /^default-src 'none';style-src 'sha256-[^']+';base-uri/)
})
