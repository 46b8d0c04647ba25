import type { Channel, ConsumeMessage } from 'amqplib'
import { declareTopology, ORDERS_QUEUE } from '../contract/topology.ts'
import type { Logger } from '../platform/log.ts'
import { keepConnected } from '../platform/rabbitmq.ts'

/** The queues that a worker consumes, over one channel. */
export interface Queues {
  /** The channel that is open now. What came over another one the broker has taken back, and delivers again. */
  channel(): Channel | undefined
  /** Whether no message waits in the orders queue (some may be in a worker's hands). */
  ordersAreEmpty(): Promise<boolean>
  /** Begins to consume, and goes on after every lost connection. */
  start(): Promise<void>
  /** Takes up a prefetch that has changed. */
  adjust(): void
  /** Nothing more is delivered; what is in hand can still be acked. */
  cancel(): Promise<void>
  close(): Promise<void>
}

export function createQueues(deps: {
  url: string
  name: string
  prefetch: () => number
  /** By queue, what is done with a message; it stays in hand until it is acked over the channel that it came from. */
  take: Record<string, (from: Channel, raw: ConsumeMessage) => void>
  log: Logger
}): Queues {
  const { log } = deps
  let channel: Channel | undefined
  let consumerTags: string[] = []
  let prefetch = 0
  let turns = 0
  let adjusting = Promise.resolve()
  let close = async (): Promise<void> => {}

  /** Consumes every queue with the prefetch of this moment; gives the consumers' tags. */
  const consumeAll = async (opened: Channel): Promise<string[]> => {
    const turn = ++turns
    prefetch = deps.prefetch()
    await opened.prefetch(prefetch)
    const consumers = Object.entries(deps.take).map(([queue, take]) =>
      opened.consume(
        queue,
        (raw) => {
          if (raw) take(opened, raw)
          // The broker ends a consumer whose queue was deleted: start over, which declares it again.
          else opened.close().catch(() => undefined)
        },
        // As the management pages show it at the queue; numbered, since two of a channel live for a moment.
        { consumerTag: `${deps.name} of ${queue}${turn === 1 ? '' : ` (${turn})`}` },
      ),
    )
    return (await Promise.all(consumers)).map(({ consumerTag }) => consumerTag)
  }

  /** RabbitMQ gives a prefetch to new consumers only: they come first, then the old ones go, whose messages stay in hand. */
  const consumeAnew = async (): Promise<void> => {
    const opened = channel
    if (!opened || prefetch === deps.prefetch()) return
    const old = consumerTags
    consumerTags = await consumeAll(opened)
    for (const tag of old) await opened.cancel(tag)
  }

  return {
    channel: () => channel,
    ordersAreEmpty: async () => (await channel?.checkQueue(ORDERS_QUEUE))?.messageCount === 0,
    start: async () => {
      close = await keepConnected(deps.url, {
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
    },
    adjust: () => {
      // A channel that closes meanwhile is opened again, with the new prefetch.
      adjusting = adjusting
        .then(consumeAnew)
        .catch((error) => log.debug({ err: error }, 'prefetch not changed'))
    },
    cancel: async () => {
      await adjusting
      for (const tag of consumerTags) await channel?.cancel(tag).catch(() => undefined)
    },
    close: () => close(),
  }
}
