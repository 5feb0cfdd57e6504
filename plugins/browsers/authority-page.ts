import { createHash, type X509Certificate } from 'node:crypto'

const STYLE = `
:root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
body { max-width: 42rem; margin: 0 auto; padding: 1.5rem }
h1 { font-size: 1.6rem; line-height: 1.2 }
.download { display: inline-block; padding: .8rem 1.4rem; border-radius: .5rem; background: #0b57d0; color: #fff;
  font-weight: 600; text-decoration: none }
.download:focus-visible, summary:focus-visible { outline: 3px solid #f9ab00; outline-offset: 2px }
code { overflow-wrap: anywhere; font-size: .9em }
details { border-top: 1px solid #8888; padding: .8rem 0 }
summary { cursor: pointer; font-weight: 600 }
`

/** What the page needs of a Content-Security-Policy: its own style, and nothing else. */
export const AUTHORITY_PAGE_STYLE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`

const STEPS: ReadonlyArray<[device: string, steps: readonly string[]]> = [
  ['Android', [
    'Download the certificate.',
    'Open Settings, search for <q>CA certificate</q> (usually under Security, Encryption &amp; credentials, ' +
      'Install a certificate), confirm the warning and choose the downloaded file.',
    'Chrome and pages installed from it trust it at once. Firefox needs Settings, About Firefox, five taps on the ' +
      'logo, then Secret settings, <q>Use third party CA certificates</q>.'
  ]],
  ['iPad and iPhone', [
    'Download the certificate in Safari and allow the profile.',
    'Open Settings, General, VPN &amp; Device Management, choose the profile and install it.',
    'Open Settings, General, About, Certificate Trust Settings, and switch it on there. Without this step the camera ' +
      'stays off.'
  ]],
  ['Windows', [
    'Download the certificate and open the file.',
    'Choose Install Certificate, Local Machine, <q>Place all certificates in the following store</q>, and there ' +
      'Trusted Root Certification Authorities.',
    'Or, as administrator: <code>certutil -addstore Root face-server-ca.crt</code>'
  ]],
  ['macOS', [
    'Download the certificate and open the file: it goes into the keychain.',
    'In Keychain Access open it and choose Trust, Always Trust.'
  ]],
  ['Linux', [
    'Debian and Ubuntu: <code>sudo cp face-server-ca.crt /usr/local/share/ca-certificates/ &amp;&amp; sudo ' +
      'update-ca-certificates</code>',
    'Chromium and Firefox have lists of their own: in Settings search for certificates, import the file as an ' +
      'authority, and trust it for websites.'
  ]]
]

const NAME = /^CN=(.*)$/m
const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** A page that offers the certificate of an authority, with what to do with it on each kind of device. */
export function authorityPage ({ subject, fingerprint256, validTo }: X509Certificate): string {
  const devices = STEPS.map(([device, steps]) => `<details>
<summary>${device}</summary>
<ol>${steps.map((step) => `<li>${step}</li>`).join('\n')}</ol>
</details>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trust this server</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Let this device trust the server</h1>
<p>A browser gives its camera only to pages that it trusts. Install this certificate authority once on each device;
afterwards the server’s pages open without a warning.</p>
<p><a class="download" href="/ca.crt" download="face-server-ca.crt">Download the certificate</a></p>
<p>${escape(NAME.exec(subject)?.[1] ?? subject)}, valid until ${new Date(validTo).toISOString().slice(0, 10)}.</p>
<p>Compare its fingerprint with the one that <code>npm run tls</code> showed to whoever set up the server, because this
page itself is not yet trusted. SHA-256:<br><code>${fingerprint256}</code></p>
${devices.join('\n')}
</main>
</body>
</html>
`
}
