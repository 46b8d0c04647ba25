import type { Channel, ConsumeMessage } from 'amqplib'
import type { Fate } from '../contract/line/reserve.ts'
import { decodeMessage, type ReleaseMessage } from '../contract/release-message.ts'
import { DEAD_QUEUE, declareTopology, ORDERS_QUEUE, OVERDUE_QUEUE } from '../contract/topology.ts'
import { keepConnected } from '../platform/rabbitmq.ts'
import { collect } from './collect.ts'
import type { WorkerConfig } from './config.ts'
import type { WorkMeter } from './load/work-meter.ts'
import type { Flight } from './orders/flight.ts'
import { type Backends, serveBatch } from './orders/serve-batch.ts'
import type { Outbox } from './outbox.ts'
import { createParker } from './park-ticket.ts'

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
  onBatch: (batch: { fates: Fate[]; seconds: number; parked: number; transactionsMs: number[] }) => void
}): Promise<Consumer> {
  const { backends, live, meter } = deps
  const parker = createParker(backends, deps.outbox, deps.name)
  const { log } = backends
  const collectors = new Map<number, ReturnType<typeof collect<Delivery>>>()
  let channel: Channel | undefined
  let consumerTags: string[] = []
  let prefetch = 0
  let turns = 0
  let adjusting = Promise.resolve()

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
    collectorOf(message.sale).add({ raw, message, channel: from, receivedAt: Date.now() })
  }

  /** What was delivered too often, perhaps for the sake of one ticket in it: each ticket is served alone. */
  const receiveDead = async (from: Channel, raw: ConsumeMessage): Promise<void> => {
    const lost = (): boolean => from !== channel
    try {
      const message = decodeMessage(raw.content, raw.properties.headers)
      for (const flight of toFlights([{ raw, message, channel: from, receivedAt: Date.now() }])) {
        const served = await serveBatch(backends, message.sale, [flight], lost)
        for (const bad of served?.bad ?? [])
          await parker.parkTicket(message.sale, bad.flight, bad.reason, lost)
      }
    } catch (error) {
      await parker.parkMessage(raw.content, (error as Error).message, lost)
    }
    if (!lost()) from.ack(raw)
  }

  /** Consumes every queue with the prefetch of this moment; gives the consumers' tags. */
  const consumeAll = async (opened: Channel): Promise<string[]> => {
    const turn = ++turns
    prefetch = live.SLUICE_PREFETCH
    await opened.prefetch(prefetch)
    // The broker ends a consumer whose queue was deleted: start over, which declares it again.
    const consume = (queue: string, take: (raw: ConsumeMessage) => void) =>
      opened.consume(
        queue,
        (raw) => {
          if (raw) take(raw)
          else opened.close().catch(() => undefined)
        },
        // As the management pages show it at the queue; numbered, since two of a channel live for a moment.
        { consumerTag: `${deps.name} of ${queue}${turn === 1 ? '' : ` (${turn})`}` },
      )
    const tags = await Promise.all([
      consume(ORDERS_QUEUE, (raw) => receive(opened, raw)),
      consume(DEAD_QUEUE, (raw) => void receiveDead(opened, raw)),
      consume(OVERDUE_QUEUE, (raw) => {
        opened.ack(raw)
        deps.onOverdue()
      }),
    ])
    return tags.map(({ consumerTag }) => consumerTag)
  }

  /** RabbitMQ gives a prefetch to new consumers only: they come first, then the old ones go, whose messages stay in hand. */
  const consumeAnew = async (): Promise<void> => {
    const opened = channel
    if (!opened || prefetch === live.SLUICE_PREFETCH) return
    const old = consumerTags
    consumerTags = await consumeAll(opened)
    for (const tag of old) await opened.cancel(tag)
  }

  const close = await keepConnected(deps.url, {
    name: deps.name,
    purpose: 'consumes released batches',
    log,
    onDown: () => {
      channel = undefined
    },
    setUp: async (connection) => {
      const opened = await connection.createChannel()
      opened.on('error', (error) => log.warn({ err: error }, 'consuming channel error'))
      opened.once('close', () => connection.close().catch(() => undefined))
      await declareTopology(opened)
      channel = opened
      turns = 0
      consumerTags = await consumeAll(opened)
    },
  })

  return {
    connected: () => channel !== undefined,
    queueIsEmpty: async () => (await channel?.checkQueue(ORDERS_QUEUE))?.messageCount === 0,
    adjust: () => {
      // What waits by the old limits is worked off at once.
      for (const collector of collectors.values()) collector.hurry()
      // A channel that closes meanwhile is opened again, with the new prefetch.
      adjusting = adjusting
        .then(consumeAnew)
        .catch((error) => log.debug({ err: error }, 'prefetch not changed'))
    },
    stop: async () => {
      await adjusting
      for (const tag of consumerTags) await channel?.cancel(tag).catch(() => undefined)
      await Promise.all([...collectors.values()].map((collector) => collector.idle()))
      await close()
    },
  }
}

/** The tickets of several messages, each once, in the order of their numbers. */
function toFlights(deliveries: Delivery[]): Flight[] {
  const flights = new Map<number, Flight>()
  for (const { message, receivedAt } of deliveries) {
    const { kind, releasedAt } = message
    for (const ticket of message.tickets) {
      if (!flights.has(ticket.number)) flights.set(ticket.number, { ticket, kind, releasedAt, receivedAt })
    }
  }
  return [...flights.values()].sort((a, b) => a.ticket.number - b.ticket.number)
}
