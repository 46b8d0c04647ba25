import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { call } from '../call.ts'
import { lostSince } from '../connection.ts'
import { useShared } from '../shared-value.ts'
import { ClockTime } from './clock-time.tsx'

const ASK_EVERY_MS = 2_000

/** The banner of a lost connection: since when, and that the page tries by itself. It asks until it is answered. */
export function Lost(): JSX.Element {
  const since = useShared(lostSince)
  useEffect(() => {
    document.body.toggleAttribute('data-lost', since !== undefined)
    if (since === undefined) return undefined
    const timer = setInterval(() => void call('GET', '/api/session').catch(() => undefined), ASK_EVERY_MS)
    return () => clearInterval(timer)
  }, [since])
  return (
    <div class="lost" role="alert" hidden={since === undefined}>
      {since !== undefined && (
        <p>
          <strong>No connection to the console</strong> since <ClockTime at={since} />. What you see is as it
          was then. The sale itself goes on; this page keeps trying.
        </p>
      )}
    </div>
  )
}
