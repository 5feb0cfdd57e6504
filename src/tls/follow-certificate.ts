import { watch, type FSWatcher } from 'node:fs'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readServerCertificate, type ServerCertificate, type TlsConfig } from './server-certificate.ts'

/** For file systems without notifications. */
const POLL_MS = 10_000
/** Certificate and key are written one after the other. */
const SETTLE_MS = 200

/** Calls the listener with every new certificate in the files, and `onFailure` when what is there cannot be used. */
export function followCertificate ({ config, current, onChange, onFailure, pollMs = POLL_MS }: {
  config: TlsConfig
  current: ServerCertificate
  onChange: (certificate: ServerCertificate) => void
  /** Called once for each reason. */
  onFailure: (err: Error) => void
  pollMs?: number
}): { close (): void } {
  let taken = current
  let reported: string | undefined
  let looking: Promise<void> | undefined
  let settling: NodeJS.Timeout | undefined

  async function look (): Promise<void> {
    try {
      const found = await readServerCertificate(config)
      reported = undefined
      if (found === null || isDeepStrictEqual(found.context, taken.context)) return
      taken = found
      onChange(found)
    } catch (err) {
      if (!(err instanceof Error)) throw err
      if (err.message !== reported) onFailure(err)
      reported = err.message
    }
  }

  function lookAgain (): void {
    looking = (looking ?? Promise.resolve()).then(look)
  }

  function watchFolder (folder: string): FSWatcher[] {
    try {
      const watcher = watch(folder, { persistent: false }, () => {
        clearTimeout(settling)
        settling = setTimeout(lookAgain, SETTLE_MS).unref()
      })
      return [watcher.on('error', () => watcher.close())] // Then the polls notice.
    } catch {
      return [] // The same.
    }
  }

  const files = [config.TLS_CERT_FILE, config.TLS_KEY_FILE, config.TLS_CLIENT_CA_FILE]
  const folders = new Set(files.flatMap((file) => file === undefined ? [] : dirname(file)))
  const watchers = [...folders].flatMap(watchFolder)
  const timer = setInterval(lookAgain, pollMs).unref()
  return {
    close () {
      clearInterval(timer)
      clearTimeout(settling)
      for (const watcher of watchers) watcher.close()
    }
  }
}
