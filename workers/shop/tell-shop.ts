import { Gauge, type Registry } from 'prom-client'
import { every } from '../every.ts'
import type { Backends } from '../orders/serve-batch.ts'
import type { Outbox } from '../outbox.ts'
import { readBacklog, sendOutbox } from './send-outbox.ts'

const PAUSE_MS = 1_000

/** Tells the shop of settled orders for as long as the worker runs, and shows how far behind it is. */
export function startTellingShop(
  backends: Backends,
  deps: { name: string; outbox: Outbox; metrics: Registry },
): ReturnType<typeof every> {
  const registers = [deps.metrics]
  const waiting = new Gauge({
    name: 'sluice_outbox_waiting',
    help: 'Orders that the shop has not been told of yet, in all',
    registers,
  })
  const oldest = new Gauge({
    name: 'sluice_outbox_oldest_seconds',
    help: 'For how long the oldest of them has waited',
    registers,
  })
  const work = async (): Promise<void> => {
    try {
      await sendOutbox(backends, deps.name, deps.outbox)
    } finally {
      const backlog = await readBacklog(backends.mysql)
      waiting.set(backlog.waiting)
      oldest.set(backlog.oldestS)
    }
  }
  return every(PAUSE_MS, 'telling the shop', work, backends.log)
}
