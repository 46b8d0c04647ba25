import { setTimeout as sleep } from 'node:timers/promises'
import type { Absence } from '../../contract/line/absence.ts'
import { endLeases, type ReleasedBatch, releaseDue } from '../../contract/line/release.ts'
import { SaleUnloaded } from '../../contract/scripts.ts'
import type { Sale } from '../../contract/words.ts'
import type { Logger } from '../../platform/log.ts'
import type { Redis } from '../../platform/redis.ts'
import type { GatewayConfig } from '../config.ts'
import { firstWindow, windowLimits } from './auto-release.ts'
import type { Publisher } from './publisher.ts'

/** Tickets in one message: what a worker records in one transaction. */
const MESSAGE_TICKETS = 100
const IDLE_MS = 100
/** Of a sale that has been over for a minute: a ticket that comes back late may wait so long, and old sales cost little. */
const OVER_IDLE_MS = 2_000
const OVER_AFTER_MS = 60_000
/** Under auto release a batch gathers for so long: fewer, larger messages and transactions. */
const AUTO_MS = 15

export interface ReleaseLoop {
  /** A ticket was just taken: do not wait for the next idle tick. */
  wake(sale: number): void
  stop(): Promise<void>
}

/**
 * Releases the lines of all live sales for as long as the gateway runs. Every gateway runs it; the script decides who
 * releases what. Nothing leaves a line while publishing is not possible.
 */
export function startReleaseLoop(deps: {
  redis: Redis
  publisher: Publisher
  liveSales: () => Sale[]
  load: (sale: number) => Promise<void>
  live: Pick<GatewayConfig, 'SLUICE_LEASE_MS' | 'SLUICE_FLIGHT_WINDOW' | 'SLUICE_AUTO_LAG_MS'>
  absence: () => Absence
  onReleased: (batch: ReleasedBatch) => void
  log: Logger
}): ReleaseLoop {
  const limitsNow = () => ({
    leaseMs: deps.live.SLUICE_LEASE_MS,
    flightWindow: firstWindow(windowLimits(deps.live)),
    messageTickets: MESSAGE_TICKETS,
  })
  const nextTick = new Map<number, number>()
  /** Until when a sale's next batch gathers, whoever wakes it: in a rush every turn of the event loop does. */
  const gathers = new Map<number, number>()
  const dueAt = (sale: number): number => Math.max(nextTick.get(sale) ?? 0, gathers.get(sale) ?? 0)
  const confirmed = new Map<number, string[]>()
  const publishing = new Set<Promise<void>>()
  let stopped = false

  const publish = (batch: ReleasedBatch): void => {
    deps.onReleased(batch)
    const work = deps.publisher.publish(batch).then((ok) => {
      if (!ok) return
      const leases = confirmed.get(batch.message.sale) ?? []
      leases.push(batch.lease)
      confirmed.set(batch.message.sale, leases)
    })
    publishing.add(work)
    void work.finally(() => publishing.delete(work))
  }

  const confirmAll = async (): Promise<void> => {
    const all = [...confirmed]
    confirmed.clear()
    // Where this fails the leases run out, and the batches are published once more, which harms nothing.
    await Promise.all(all.map(([sale, leases]) => endLeases(deps.redis, sale, leases)))
  }

  /** One sale's turn; answers when it wants the next one. */
  const tick = async (sale: Sale): Promise<number> => {
    try {
      while (deps.publisher.ready()) {
        const { more, batches } = await releaseDue(deps.redis, sale.id, limitsNow(), deps.absence())
        for (const batch of batches) publish(batch)
        if (!more) return batches.length > 0 ? busyMs(sale) : idleMs(sale)
      }
    } catch (error) {
      if (error instanceof SaleUnloaded) await deps.load(sale.id)
      else throw error
    }
    return idleMs(sale)
  }

  const loop = async (): Promise<void> => {
    while (!stopped) {
      const now = Date.now()
      const due = deps.liveSales().filter((sale) => dueAt(sale.id) <= now)
      await Promise.all(
        due.map(async (sale) => {
          nextTick.set(sale.id, now + OVER_IDLE_MS)
          const wait = await tick(sale).catch((error) => {
            deps.log.warn({ err: error, sale: sale.id }, 'release failed')
            return IDLE_MS
          })
          gathers.set(sale.id, sale.release === 'auto' && wait < IDLE_MS ? now + wait : 0)
          nextTick.set(sale.id, Math.min(nextTick.get(sale.id) ?? Number.POSITIVE_INFINITY, now + wait))
        }),
      )
      await confirmAll().catch((error) => deps.log.warn({ err: error }, 'leases not ended'))
      await sleep(5)
    }
  }

  const done = loop()
  return {
    wake: (sale) => void nextTick.set(sale, 0),
    stop: async () => {
      stopped = true
      await done
      await Promise.all(publishing)
      await confirmAll().catch(() => undefined)
    },
  }
}

const idleMs = ({ closesAt }: Sale): number =>
  Date.now() > closesAt + OVER_AFTER_MS ? OVER_IDLE_MS : IDLE_MS

/** While a line moves: often enough to keep the rate exactly, whatever the number of gateways. */
const busyMs = (sale: Sale): number =>
  sale.release === 'auto' ? AUTO_MS : Math.min(Math.max(sale.release.everyMs / 5, 5), 20)
