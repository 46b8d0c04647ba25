import type { Channel, ConsumeMessage } from 'amqplib'
import type { Fate } from '../contract/line/reserve.ts'
import { decodeMessage, type ReleaseMessage } from '../contract/release-message.ts'
import { DEAD_QUEUE, declareTopology, ORDERS_QUEUE, OVERDUE_QUEUE } from '../contract/topology.ts'
import { keepConnected } from '../platform/rabbitmq.ts'
import { collect } from './collect.ts'
import type { WorkMeter } from './load/work-meter.ts'
import type { Flight } from './orders/record-batch.ts'
import { type Backends, serveBatch } from './orders/serve-batch.ts'
import type { Outbox } from './outbox.ts'
import { createParker } from './park-ticket.ts'

interface Delivery {
  raw: ConsumeMessage
  message: ReleaseMessage
  channel: Channel
}

export interface Consumer {
  connected(): boolean
  /** Whether no message waits in the orders queue (some may be in a worker's hands). */
  queueIsEmpty(): Promise<boolean>
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
  flushMs: number
  flushOrders: number
  prefetch: number
  meter: WorkMeter
  onBatch: (batch: { fates: Fate[]; seconds: number; parked: number; transactionsMs: number[] }) => void
}): Promise<Consumer> {
  const { backends, meter } = deps
  const parker = createParker(backends, deps.outbox)
  const { log } = backends
  const collectors = new Map<number, ReturnType<typeof collect<Delivery>>>()
  let channel: Channel | undefined
  let consumerTags: string[] = []

  const collectorOf = (sale: number) => {
    let collector = collectors.get(sale)
    if (!collector) {
      collector = collect<Delivery>({
        everyMs: deps.flushMs,
        enough: deps.flushOrders,
        weightOf: (delivery) => delivery.message.tickets.length,
        flush: (deliveries) => serve(sale, deliveries),
      })
      collectors.set(sale, collector)
    }
    return collector
  }

  const serve = async (sale: number, deliveries: Delivery[]): Promise<void> => {
    const end = meter.begin()
    try {
      await serveLive(sale, deliveries)
    } finally {
      end()
      for (const { raw } of deliveries) meter.drop(raw)
    }
  }

  const serveLive = async (sale: number, deliveries: Delivery[]): Promise<void> => {
    // The broker has taken back what came over a closed channel, and will deliver it again.
    const live = deliveries.filter((delivery) => delivery.channel === channel)
    if (live.length === 0) return
    const lost = (): boolean => live.every((delivery) => delivery.channel !== channel)
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

  const receive = (from: Channel, raw: ConsumeMessage): void => {
    let message: ReleaseMessage
    try {
      message = decodeMessage(raw.content, raw.properties.headers)
    } catch (error) {
      const lost = (): boolean => from !== channel
      void parker.parkMessage(raw.content, (error as Error).message, lost).then(() => {
        if (!lost()) from.ack(raw)
      })
      return
    }
    meter.take(raw, message)
    collectorOf(message.sale).add({ raw, message, channel: from })
  }

  /** What was delivered too often, perhaps for the sake of one ticket in it: each ticket is served alone. */
  const receiveDead = async (from: Channel, raw: ConsumeMessage): Promise<void> => {
    const lost = (): boolean => from !== channel
    try {
      const message = decodeMessage(raw.content, raw.properties.headers)
      for (const flight of toFlights([{ raw, message, channel: from }])) {
        const served = await serveBatch(backends, message.sale, [flight], lost)
        for (const bad of served?.bad ?? [])
          await parker.parkTicket(message.sale, bad.flight, bad.reason, lost)
      }
    } catch (error) {
      await parker.parkMessage(raw.content, (error as Error).message, lost)
    }
    if (!lost()) from.ack(raw)
  }

  const close = await keepConnected(deps.url, {
    name: deps.name,
    log,
    onDown: () => {
      channel = undefined
    },
    setUp: async (connection) => {
      const opened = await connection.createChannel()
      opened.on('error', (error) => log.warn({ err: error }, 'consuming channel error'))
      opened.once('close', () => connection.close().catch(() => undefined))
      await declareTopology(opened)
      await opened.prefetch(deps.prefetch)
      channel = opened
      // The broker ends a consumer whose queue was deleted: start over, which declares it again.
      const consume = (queue: string, receive: (raw: ConsumeMessage) => void) =>
        opened.consume(queue, (raw) => {
          if (raw) receive(raw)
          else connection.close().catch(() => undefined)
        })
      const tags = await Promise.all([
        consume(ORDERS_QUEUE, (raw) => receive(opened, raw)),
        consume(DEAD_QUEUE, (raw) => void receiveDead(opened, raw)),
        consume(OVERDUE_QUEUE, (raw) => {
          opened.ack(raw)
          deps.onOverdue()
        }),
      ])
      consumerTags = tags.map(({ consumerTag }) => consumerTag)
    },
  })

  return {
    connected: () => channel !== undefined,
    queueIsEmpty: async () => (await channel?.checkQueue(ORDERS_QUEUE))?.messageCount === 0,
    stop: async () => {
      for (const tag of consumerTags) await channel?.cancel(tag).catch(() => undefined)
      await Promise.all([...collectors.values()].map((collector) => collector.idle()))
      await close()
    },
  }
}

/** The tickets of several messages, each once, in the order of their numbers. */
function toFlights(deliveries: Delivery[]): Flight[] {
  const flights = new Map<number, Flight>()
  for (const { message } of deliveries) {
    const { kind, releasedAt } = message
    for (const ticket of message.tickets) {
      if (!flights.has(ticket.number)) flights.set(ticket.number, { ticket, kind, releasedAt })
    }
  }
  return [...flights.values()].sort((a, b) => a.ticket.number - b.ticket.number)
}
