import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel, ConsumeMessage } from 'amqplib'
import type { Fate } from '../contract/line/reserve.ts'
import { decodeMessage, type ReleaseMessage } from '../contract/release-message.ts'
import { declareTopology, ORDERS_QUEUE } from '../contract/topology.ts'
import { keepConnected } from '../platform/rabbitmq.ts'
import { collect } from './collect.ts'
import type { Flight } from './orders/record-batch.ts'
import { type Backends, serveBatch } from './orders/serve-batch.ts'
import type { Parking } from './park.ts'

interface Delivery {
  raw: ConsumeMessage
  message: ReleaseMessage
  channel: Channel
}

export interface Consumer {
  connected(): boolean
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
  parking: Parking
  flushMs: number
  flushOrders: number
  prefetch: number
  onBatch: (batch: { fates: Fate[]; seconds: number; parked: number }) => void
}): Promise<Consumer> {
  const { backends, parking } = deps
  const { log } = backends
  const collectors = new Map<number, ReturnType<typeof collect<Delivery>>>()
  let channel: Channel | undefined
  let consumerTag: string | undefined

  const collectorOf = (sale: number) => {
    let collector = collectors.get(sale)
    if (!collector) {
      collector = collect<Delivery>({
        everyMs: deps.flushMs,
        most: deps.flushOrders,
        weightOf: (delivery) => delivery.message.tickets.length,
        flush: (deliveries) => serve(sale, deliveries),
      })
      collectors.set(sale, collector)
    }
    return collector
  }

  const serve = async (sale: number, deliveries: Delivery[]): Promise<void> => {
    // The broker has taken back what came over a closed channel, and will deliver it again.
    const live = deliveries.filter((delivery) => delivery.channel === channel)
    if (live.length === 0) return
    const lost = (): boolean => live.every((delivery) => delivery.channel !== channel)
    const started = process.hrtime.bigint()
    const served = await serveBatch(backends, sale, toFlights(live), lost)
    if (!served) return
    for (const { flight, reason } of served.bad) await parkTicket(sale, flight, reason, lost)
    if (lost()) return
    for (const delivery of live) delivery.channel.ack(delivery.raw)
    const seconds = Number(process.hrtime.bigint() - started) / 1e9
    deps.onBatch({ fates: served.fates, seconds, parked: served.bad.length })
  }

  const parkTicket = async (
    sale: number,
    flight: Flight,
    reason: string,
    lost: () => boolean,
  ): Promise<void> => {
    const { kind, releasedAt, ticket } = flight
    log.error({ sale, number: ticket.number, reason }, 'ticket parked')
    await parkUntilDone({ sale, epoch: 1, kind, releasedAt, tickets: [ticket] }, reason, lost)
  }

  const parkUntilDone = async (
    message: ReleaseMessage | Buffer,
    reason: string,
    lost: () => boolean,
  ): Promise<void> => {
    while (!lost()) {
      try {
        return await parking.park(message, reason)
      } catch (error) {
        log.warn({ err: error }, 'not parked, trying again')
        await sleep(500)
      }
    }
  }

  const receive = (from: Channel, raw: ConsumeMessage): void => {
    let message: ReleaseMessage
    try {
      message = decodeMessage(raw.content)
    } catch (error) {
      const reason = (error as Error).message
      log.error({ reason }, 'message parked')
      const lost = (): boolean => from !== channel
      void parkUntilDone(raw.content, reason, lost).then(() => {
        if (!lost()) from.ack(raw)
      })
      return
    }
    collectorOf(message.sale).add({ raw, message, channel: from })
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
      const reply = await opened.consume(ORDERS_QUEUE, (raw) => {
        // The broker ends a consumer whose queue was deleted: start over, which declares it again.
        if (raw) receive(opened, raw)
        else connection.close().catch(() => undefined)
      })
      consumerTag = reply.consumerTag
    },
  })

  return {
    connected: () => channel !== undefined,
    stop: async () => {
      if (channel && consumerTag) await channel.cancel(consumerTag).catch(() => undefined)
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
