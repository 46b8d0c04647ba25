import type { ServerResponse } from 'node:http'
import type { Sample } from '../../contract/console/sample.ts'
import type { Live } from './live.ts'

/** A comment so often keeps whatever stands in between from ending a quiet answer. */
const HEARTBEAT_MS = 10_000
/** Whoever takes so little that this much waits for it is cut off; the page comes back by itself, with the past. */
const MOST_UNSENT_BYTES = 1_000_000

export interface StreamDeps {
  live: Live
  sale: number
  /** Whether who asked may still see it: asked once in `checkMs`. */
  lives: () => Promise<boolean>
  checkMs?: number
  onEnd: () => void
}

/**
 * Writes a sale's samples as server-sent events until the reader goes, falls behind or may not see them any more: one event
 * `history` (a list), then `sample` once a second; `over` where the session has ended.
 * @returns ends it
 */
export function streamSamples(
  response: ServerResponse,
  history: readonly Sample[],
  { live, sale, lives, checkMs = 2_000, onEnd }: StreamDeps,
): () => void {
  const send = (event: string, data: unknown): void => {
    if (response.writableLength > MOST_UNSENT_BYTES) response.destroy()
    else response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  send('history', history)
  const latest = history.at(-1)?.at ?? 0
  const unfollow = live.follow(sale, (sample) => {
    if (sample.at > latest) send('sample', sample)
  })
  const heart = setInterval(() => send('alive', {}), HEARTBEAT_MS)
  const check = setInterval(async () => {
    // A MySQL that is away says nothing about the session.
    const may = await lives().catch(() => true)
    if (may || response.destroyed) return
    send('over', {})
    response.end()
  }, checkMs)
  const end = () => {
    unfollow()
    clearInterval(heart)
    clearInterval(check)
    onEnd()
  }
  response.once('close', end)
  return () => response.end()
}
