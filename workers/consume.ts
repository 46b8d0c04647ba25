import type { Channel, ConsumeMessage } from 'amqplib'
import { decodeMessage, type ReleaseMessage } from '../contract/release-message.ts'
import { DEAD_QUEUE, ORDERS_QUEUE, OVERDUE_QUEUE } from '../contract/topology.ts'
import { collect } from './collect.ts'
import type { WorkerConfig } from './config.ts'
import type { WorkMeter } from './load/work-meter.ts'
import type { ServedBatch } from './metrics.ts'
import { toFlights } from './orders/flight.ts'
import { type Backends, serveBatch } from './orders/serve-batch.ts'
import type { Outbox } from './outbox.ts'
import { createParker } from './park-ticket.ts'
import { createQueues } from './queues.ts'

interface Delivery {
  raw: ConsumeMessage
  message: ReleaseMessage
  channel: Channel
  receivedAt: number
}

export interface Consumer {
  connected(): boolean
  /** Whether no message waits in the orders queue (some may be in a worker's hands). */
  queueIsEmpty(): Promise<boolean>
  /** Takes up settings that have changed (`live`). */
  adjust(): void
  /** Finishes what it has begun, acks it, and closes. */
  stop(): Promise<void>
}

/**
 * Consumes released batches: collects them sale by sale for 100 ms or 100 tickets, serves them, and acks a message
 * only when every ticket in it has its row in MySQL or is parked.
 */
export async function startConsumer(deps: {
  url: string
  name: string
  backends: Backends
  outbox: Outbox
  /** A wake-up came: some order's time to pay is over. */
  onOverdue: () => void
  live: Pick<WorkerConfig, 'SLUICE_FLUSH_MS' | 'SLUICE_FLUSH_ORDERS' | 'SLUICE_PREFETCH'>
  meter: WorkMeter
  onBatch: (batch: ServedBatch) => void
}): Promise<Consumer> {
  const { backends, live, meter } = deps
  const parker = createParker(backends, deps.outbox, deps.name)
  const collectors = new Map<number, ReturnType<typeof collect<Delivery>>>()

  const queues = createQueues({
    url: deps.url,
    name: deps.name,
    prefetch: () => live.SLUICE_PREFETCH,
    take: {
      [ORDERS_QUEUE]: (from, raw) => receive(from, raw),
      [DEAD_QUEUE]: (from, raw) => void receiveDead(from, raw),
      [OVERDUE_QUEUE]: (from, raw) => {
        from.ack(raw)
        deps.onOverdue()
      },
    },
    log: backends.log,
  })

  const receive = (from: Channel, raw: ConsumeMessage): void => {
    let message: ReleaseMessage
    try {
      message = decodeMessage(raw.content, raw.properties.headers)
    } catch (error) {
      const lost = (): boolean => from !== queues.channel()
      void parker.parkMessage(raw.content, (error as Error).message, lost).then(() => {
        if (!lost()) from.ack(raw)
      })
      return
    }
    meter.take(raw, message)
    collectorOf(message.sale).add({ raw, message, channel: from, receivedAt: Date.now() })
  }

  const collectorOf = (sale: number) => {
    let collector = collectors.get(sale)
    if (!collector) {
      collector = collect<Delivery>({
        everyMs: () => live.SLUICE_FLUSH_MS,
        enough: () => live.SLUICE_FLUSH_ORDERS,
        weightOf: (delivery) => delivery.message.tickets.length,
        flush: (deliveries) => serve(sale, deliveries),
      })
      collectors.set(sale, collector)
    }
    return collector
  }

  const serve = async (sale: number, deliveries: Delivery[]): Promise<void> => {
    const end = meter.begin(deliveries.reduce((sum, one) => sum + one.message.tickets.length, 0))
    try {
      await serveLive(sale, deliveries)
    } finally {
      end()
      for (const { raw } of deliveries) meter.drop(raw)
    }
  }

  const serveLive = async (sale: number, deliveries: Delivery[]): Promise<void> => {
    // The broker has taken back what came over a closed channel, and will deliver it again.
    const live = deliveries.filter((delivery) => delivery.channel === queues.channel())
    if (live.length === 0) return
    const lost = (): boolean => live.every((delivery) => delivery.channel !== queues.channel())
    const started = process.hrtime.bigint()
    const served = await serveBatch(backends, sale, toFlights(live), lost)
    if (!served) return
    for (const { flight, reason } of served.bad) await parker.parkTicket(sale, flight, reason, lost)
    if (lost()) return
    for (const delivery of live) delivery.channel.ack(delivery.raw)
    const seconds = Number(process.hrtime.bigint() - started) / 1e9
    const { fates, bad, transactionsMs } = served
    deps.onBatch({ fates, seconds, parked: bad.length, transactionsMs })
    const now = Date.now()
    const lagMsSum = live.reduce((sum, { message: m }) => sum + m.tickets.length * (now - m.releasedAt), 0)
    const tickets = live.reduce((sum, { message: m }) => sum + m.tickets.length, 0)
    meter.recorded({ tickets, batchMs: seconds * 1_000, transactionsMs, lagMsSum })
  }

  /** What was delivered too often, perhaps for the sake of one ticket in it: each ticket is served alone. */
  const receiveDead = async (from: Channel, raw: ConsumeMessage): Promise<void> => {
    const lost = (): boolean => from !== queues.channel()
    try {
      const message = decodeMessage(raw.content, raw.properties.headers)
      for (const flight of toFlights([{ message, receivedAt: Date.now() }])) {
        const served = await serveBatch(backends, message.sale, [flight], lost)
        for (const bad of served?.bad ?? [])
          await parker.parkTicket(message.sale, bad.flight, bad.reason, lost)
      }
    } catch (error) {
      await parker.parkMessage(raw.content, (error as Error).message, lost)
    }
    if (!lost()) from.ack(raw)
  }

  await queues.start()
  return {
    connected: () => queues.channel() !== undefined,
    queueIsEmpty: queues.ordersAreEmpty,
    adjust: () => {
      // What waits by the old limits is worked off at once.
      for (const collector of collectors.values()) collector.hurry()
      queues.adjust()
    },
    stop: async () => {
      await queues.cancel()
      await Promise.all([...collectors.values()].map((collector) => collector.idle()))
      await queues.close()
    },
  }
}
