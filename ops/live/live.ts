import type { Sample } from '../../contract/console/sample.ts'
import { SAMPLES_TURN } from '../../contract/keys.ts'
import type { Logger } from '../../platform/log.ts'
import type { Pool } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { createCountsRecord } from '../doors/record-counts.ts'
import { createSamples } from './make-samples.ts'
import { type LiveSale, readLiveSales } from './read-live-sales.ts'
import { readPulse } from './read-pulse.ts'
import { createSampleRecord } from './record-samples.ts'

const EVERY_MS = 1_000
/** A sale is sampled for so long after it stopped being live. */
const AFTER_END_MS = 60_000
/** A sale that opens later than this is shown and not recorded: it may be published weeks ahead. */
const BEFORE_OPENING_MS = 15 * 60_000
/** Rows of MySQL older than this say nothing of this second. */
const FRESH_MS = 2_500
/** What this console remembers of each sale, in case that MySQL can not tell. */
const REMEMBERED = 300

export interface Live {
  /** Told each sample of a sale, about one a second. @returns ends it. */
  follow(sale: number, listener: (sample: Sample) => void): () => void
  /** The samples that this console has seen of a sale in the last 5 minutes. */
  remembered(sale: number): Sample[]
  stop(): Promise<void>
}

/**
 * Samples all live sales once a second, for as long as the console runs. Of several consoles one writes them into MySQL,
 * and what doors have counted, whoever takes the second's turn in Redis. A MySQL or Redis that is away leaves gaps, and nothing piles up.
 */
export function startLive(deps: {
  redis: Redis
  mysql: Pool
  name: string
  log: Logger
  everyMs?: number
}): Live {
  const { redis, mysql, name, log, everyMs = EVERY_MS } = deps
  const makeSamples = createSamples()
  const counts = createCountsRecord(mysql, (error) => log.warn({ err: error }, 'counts of doors not written'))
  const record = createSampleRecord(mysql, (error) => log.warn({ err: error }, 'samples not written'))
  const listeners = new Map<number, Set<(sample: Sample) => void>>()
  const past = new Map<number, Sample[]>()
  const liveUntil = new Map<number, number>()
  let rows: { at: number; sales: LiveSale[] } = { at: 0, sales: [] }
  let reading: Promise<void> | undefined

  /** At most one question at a time; a slow answer counts for a later second, or for none. */
  const readRows = (): Promise<void> => {
    reading ??= readLiveSales(mysql, [...liveUntil.keys()])
      .then(
        (sales) => {
          rows = { at: Date.now(), sales }
        },
        (error: unknown) => log.debug({ err: error }, 'live sales not read'),
      )
      .finally(() => {
        reading = undefined
      })
    return reading
  }

  const notice = (now: number): void => {
    for (const { id, phase, closesAt } of rows.sales) {
      if (['published', 'paused'].includes(phase) && closesAt > now) liveUntil.set(id, now + AFTER_END_MS)
    }
    for (const [id, until] of liveUntil) {
      if (until > now) continue
      liveUntil.delete(id)
      past.delete(id)
    }
  }

  const sample = async (): Promise<void> => {
    const pulsed = readPulse(redis, [...liveUntil.keys()]).catch(() => undefined)
    await Promise.race([readRows(), new Promise((resolve) => setTimeout(resolve, everyMs / 3))])
    const pulse = await pulsed
    const now = Date.now()
    notice(now)
    const sales = rows.sales.filter(({ id }) => liveUntil.has(id))
    const samples = makeSamples(sales, now - rows.at < FRESH_MS, pulse, now)
    for (const [sale, taken] of samples) {
      const list = past.get(sale) ?? []
      past.set(sale, list)
      list.push(taken)
      if (list.length > REMEMBERED) list.shift()
      for (const listener of listeners.get(sale) ?? []) listener(taken)
    }
    for (const { id, opensAt } of sales) if (opensAt - now > BEFORE_OPENING_MS) samples.delete(id)
    // Without Redis nobody has a turn.
    if (pulse === undefined) return
    const turn = await redis.set(SAMPLES_TURN, name, 'PX', Math.ceil(0.9 * everyMs), 'NX')
    if (turn !== 'OK') return
    if (samples.size > 0) record.add(samples, now)
    counts.add(pulse.doors)
  }

  let sampling = Promise.resolve()
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    sampling = sample()
      .catch((error) => log.debug({ err: error }, 'no sample'))
      .finally(() => {
        busy = false
      })
  }, everyMs)

  return {
    follow(sale, listener) {
      const all = listeners.get(sale) ?? new Set()
      listeners.set(sale, all)
      all.add(listener)
      return () => {
        all.delete(listener)
        if (all.size === 0 && listeners.get(sale) === all) listeners.delete(sale)
      }
    },
    remembered: (sale) => past.get(sale) ?? [],
    async stop() {
      clearInterval(timer)
      await sampling
      await Promise.all([record.done(), counts.done()])
    },
  }
}
