import { Counter, Gauge, type Registry } from 'prom-client'
import type { ReleaseMessage } from '../../contract/release-message.ts'
import type { OrderLag } from '../load/order-lag.ts'

/** Counts what this gateway releases; gives what counts one message. */
export function createReleasedCounter(
  metrics: Registry,
  liveSales: () => readonly { id: number }[],
): (message: ReleaseMessage) => void {
  const released = new Counter({
    name: 'sluice_released_tickets_total',
    help: 'Tickets moved from a line into RabbitMQ by this gateway',
    labelNames: ['sale', 'kind'],
    registers: [metrics],
    collect() {
      // From 0: a rate does not see what a series begins with, and most sales are over within two scrapes.
      for (const sale of liveSales()) this.inc({ sale: sale.id, kind: 'order' }, 0)
    },
  })
  return ({ sale, kind, tickets }) => released.inc({ sale, kind }, tickets.length)
}

/** How far the orders are behind the releases. */
export function addLagMetrics(metrics: Registry, orderLag: OrderLag): void {
  new Gauge({
    name: 'sluice_order_lag_seconds',
    help: 'How long ago the tickets were released that are reserved now; told by the gateway that writes the snapshot',
    registers: [metrics],
    collect() {
      this.set(orderLag.ms(Date.now()) / 1_000)
    },
  })
}
