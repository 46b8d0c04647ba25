import type { Latency } from './latency.ts'

/** What a generator process is told to do. */
export interface ClickOrder {
  /** http://host:port */
  origin: string
  method: 'GET' | 'POST'
  path: string
  /** How many requests; the buyers PREFIX1 to PREFIXn take turns, so `buyers >= requests` makes each a different one. */
  requests: number
  buyers: { prefix: string; from: number; count: number }
  /** How many different tokens the buyers have together; one each by default. Only a flood has more. */
  tokens?: number
  /** `forged` has a wrong signature. */
  token: 'valid' | 'forged' | 'none'
  jwtSecret: string
  connections: number
  /** Requests on the wire at once on each connection; closed loop only. */
  pipelining?: number
  /**
   * Raw sockets and requests that were written beforehand, instead of autocannon: a tenth of the work, for what would
   * otherwise measure the generator. A closed loop, and without latencies. Whoever hangs up is asked again.
   */
  flood?: boolean
  /** Of a flood: so long, in ms, instead of `requests`; the buyers take turns as often as it takes. */
  forMs?: number
  /**
   * Arrivals a second, at random (Poisson), whatever the answers do: an open loop. Without it every connection sends
   * its next request when the last one is answered: a closed loop, good for a top rate and no good for latency, since
   * a slow answer keeps the next request from being sent and so from being counted (coordinated omission).
   */
  perSecond?: number
  /**
   * Where a generator stands for machines of its own: `low` for a flood, which then gets what the servers leave; `realtime`
   * (root only) for visitors whose waiting for servers is measured, so that they do not wait for a core as well.
   */
  priority?: 'low' | 'realtime'
  /** Remember number and time of each 202. */
  keepAccepted?: boolean
}

/** What came of it. Times are ms since 1970. */
export interface ClickReport {
  requests: number
  /** Answers by status, and refusals by their code. */
  statuses: Record<string, number>
  reasons: Record<string, number>
  /** Requests without an answer, and what the first of them failed with. */
  failed: number
  failure?: string | undefined
  firstAt: number
  lastAt: number
  /** By status. In an open loop from the time the request was due, else from the time it was sent. */
  latency: Record<string, Latency>
  /** number, time of the 202, number, time, … */
  accepted: number[]
  /** CPU of the generator itself. */
  cpuMs: number
}

export type ToClicker = { order: ClickOrder } | { go: true }
export type FromClicker = { ready: true } | { answered: number } | { report: ClickReport } | { error: string }
