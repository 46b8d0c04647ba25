import { useEffect, useState } from 'preact/hooks'
import { call } from '../call.ts'
import { found, lost } from '../connection.ts'
import { session } from '../session.ts'
import { merge, type Sample } from './sample.ts'

/** The server says something every 10 s at the least; silence for longer is a connection that only looks alive. */
const SILENT_MS = 25_000
const RETRY_MS = 2_000
/** An hour of seconds. */
const KEPT_MS = 3_600_000

/**
 * Follows a sale: the last 5 minutes first, then a sample a second. A connection that breaks is told to the whole page
 * (connection.ts) and made anew by itself; the server then sends again what was missed.
 */
export function useLive(sale: number): { samples: readonly Sample[]; connected: boolean } {
  const [samples, setSamples] = useState<readonly Sample[]>([])
  const [connected, setConnected] = useState(false)

  useEffect(() => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined

    const again = (afterMs: number) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        source?.close()
        open()
      }, afterMs)
    }
    const heard = () => again(SILENT_MS)
    const broken = () => {
      source?.close()
      setConnected(false)
      lost()
      // An EventSource does not say why it was refused; a session that is over is found out by this.
      void call('GET', '/api/session').catch(() => undefined)
      again(RETRY_MS)
    }
    const listen = (event: string, take: (data: unknown) => void) =>
      source?.addEventListener(event, ({ data }: MessageEvent<string>) => {
        heard()
        take(JSON.parse(data))
      })
    const open = () => {
      source = new EventSource(`/api/sales/${sale}/live`)
      source.onopen = () => {
        setConnected(true)
        found()
      }
      source.onerror = broken
      listen('history', (list) => setSamples((known) => merge(known, list as Sample[], Date.now() - KEPT_MS)))
      listen('sample', (one) => setSamples((known) => merge(known, [one as Sample], Date.now() - KEPT_MS)))
      listen('alive', () => {})
      source.addEventListener('over', () => {
        source?.close()
        session.end()
      })
      heard()
    }
    open()
    return () => {
      clearTimeout(timer)
      source?.close()
    }
  }, [sale])

  return { samples, connected }
}
