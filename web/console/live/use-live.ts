import { useEffect, useState } from 'preact/hooks'
import type { Sample } from '../../../contract/console/sample.ts'
import { call } from '../call.ts'
import { found, lost } from '../connection.ts'
import { session } from '../session.ts'
import { merge } from './merge-samples.ts'

/** The server says something every 10 s at the least; silence for longer is a connection that only looks alive. */
const SILENT_MS = 25_000
const RETRY_MS = 2_000
/** An hour of seconds. */
const KEPT_MS = 3_600_000

/**
 * Follows a sale: the last 5 minutes first, then a sample a second. A connection that breaks is told to the whole page
 * (connection.ts) and made anew by itself; the server then sends again what was missed. `heardAt` is this machine's time, as
 * its clock may differ from the server's, by which samples are.
 */
export function useLive(sale: number): { samples: readonly Sample[]; heardAt: number } {
  const [samples, setSamples] = useState<readonly Sample[]>([])
  const [heardAt, setHeardAt] = useState(Date.now())

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
    const take = (newer: Sample[]) => {
      const newest = newer.at(-1)?.at
      if (newest === undefined) return
      setHeardAt(Date.now())
      setSamples((known) => merge(known, newer, newest - KEPT_MS))
    }
    const open = () => {
      source = new EventSource(`/api/sales/${sale}/live`)
      source.onopen = found
      source.onerror = broken
      listen('history', (list) => take(list as Sample[]))
      listen('sample', (one) => take([one as Sample]))
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

  return { samples, heardAt }
}
