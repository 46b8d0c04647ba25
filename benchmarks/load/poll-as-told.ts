import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'

/** A ticket in line and its buyer's token. */
export interface Holder {
  number: number
  ticket: string
  token: string
}

export interface PollReport {
  polls: number
  /** Answers by status and state. */
  answers: Record<string, number>
  /** The delays that were told, ms. */
  delays: { least: number; most: number; sum: number }
  /** What is not as `expected`, some of it. */
  wrong: string[]
  tookMs: number
}

/** Virtual time goes in steps of this. */
const STEP_MS = 100
/** It goes no faster than this: told to ask every 500 ms, a buyer else asked more often than the door lets anybody. */
const FASTER_MOST = 4
const CONNECTIONS = 64
const WRONG_MOST = 5

/**
 * Every holder polls, and polls again when told, for `forMs` of a clock that runs as fast as the answers come, up to four
 * times as fast as ours: the polls are those of that time, in their order, without its pauses.
 * @param firstWithinMs the first polls are spread over this time
 * @param positionOf what a holder shall be told
 */
export async function pollAsTold(
  origin: string,
  holders: Holder[],
  {
    forMs,
    firstWithinMs,
    positionOf,
    onPolled = () => {},
  }: {
    forMs: number
    firstWithinMs: number
    positionOf: (holder: Holder) => number
    onPolled?: (polls: number) => void
  },
): Promise<PollReport> {
  const steps: Holder[][] = Array.from({ length: Math.ceil(forMs / STEP_MS) }, () => [])
  const plan = (holder: Holder, atMs: number) => steps[Math.floor(atMs / STEP_MS)]?.push(holder)
  for (const holder of holders) plan(holder, Math.random() * firstWithinMs)
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 })
  const report: PollReport = {
    ...{ polls: 0, answers: {}, wrong: [], tookMs: 0 },
    delays: { least: Number.POSITIVE_INFINITY, most: 0, sum: 0 },
  }
  const blame = (what: string) => {
    if (report.wrong.length < WRONG_MOST) report.wrong.push(what)
  }

  const poll = async (holder: Holder, nowMs: number): Promise<void> => {
    const { statusCode, body } = await pool.request({
      ...{ method: 'GET', path: `/api/tickets/${holder.ticket}` },
      headers: { authorization: `Bearer ${holder.token}` },
    })
    const said = (await body.json()) as { state?: string; position?: number; pollAfterMs?: number }
    report.polls++
    const answer = `${statusCode} ${said.state}`
    report.answers[answer] = (report.answers[answer] ?? 0) + 1
    const { position, pollAfterMs } = said
    if (said.state !== 'waiting' || pollAfterMs === undefined) {
      blame(`ticket ${holder.number} was told ${statusCode} ${JSON.stringify(said)}`)
      return
    }
    if (position !== positionOf(holder)) blame(`ticket ${holder.number} was told position ${position}`)
    const { delays } = report
    delays.least = Math.min(delays.least, pollAfterMs)
    delays.most = Math.max(delays.most, pollAfterMs)
    delays.sum += pollAfterMs
    plan(holder, nowMs + Math.max(pollAfterMs, STEP_MS))
  }

  const began = Date.now()
  for (const [nth, due] of steps.entries()) {
    let next = 0
    const work = async () => {
      for (let holder = due[next++]; holder; holder = due[next++]) await poll(holder, nth * STEP_MS)
    }
    await Promise.all(Array.from({ length: Math.min(CONNECTIONS, due.length) }, work))
    const early = ((nth + 1) * STEP_MS) / FASTER_MOST - (Date.now() - began)
    if (early > 0) await sleep(early)
    onPolled(report.polls)
  }
  report.tookMs = Date.now() - began
  await pool.close()
  return report
}
