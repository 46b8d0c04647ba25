import type { ConfirmChannel } from 'amqplib'
import type { ReleasedBatch } from '../../contract/line/release.ts'
import { encodeMessage, headersOf } from '../../contract/release-message.ts'
import { stampMessage } from '../../contract/stamp-message.ts'
import { declareTopology, ORDERS_KEY, ORDERS_QUEUE, RELEASE_EXCHANGE } from '../../contract/topology.ts'
import type { Logger } from '../../platform/log.ts'
import { keepConnected } from '../../platform/rabbitmq.ts'
import type { Trace } from '../../platform/trace.ts'
import type { GatewayConfig } from '../config.ts'
import { traceBatch } from '../trace-click.ts'

export interface Publisher {
  /** Whether publishing now makes sense: connected, not blocked by the broker, and not too much unconfirmed. */
  ready(): boolean
  /**
   * Publishes a batch, persistent and mandatory; true when the broker has confirmed it. False means unknown: cut off,
   * refused, unroutable, or no confirm in time. The batch's lease then runs out and it is published again.
   */
  publish(batch: ReleasedBatch): Promise<boolean>
  /** Messages that wait for a worker; 0 while the broker can not be asked. */
  queued(): Promise<number>
  close(): Promise<void>
}

const UNCONFIRMED_MOST = 500

/** The gateway's connection for publishing, and nothing else: a blocked publisher must not stop a consumer. */
export async function createPublisher(
  url: string,
  options: {
    name: string
    live: Pick<GatewayConfig, 'SLUICE_CONFIRM_MS'>
    log: Logger
    trace?: Trace | undefined
  },
): Promise<Publisher> {
  const { log, live } = options
  let channel: ConfirmChannel | undefined
  let blocked = false
  let full = false
  const pending = new Map<string, (confirmed: boolean) => void>()

  const forgetAll = (): void => {
    channel = undefined
    blocked = full = false
    for (const settle of [...pending.values()]) settle(false)
  }

  const close = await keepConnected(url, {
    name: options.name,
    purpose: 'publishes released batches',
    log,
    onDown: forgetAll,
    onBlocked: (now) => {
      blocked = now
      log.warn({ blocked }, 'rabbitmq blocks publishing')
    },
    setUp: async (connection) => {
      const opened = await connection.createConfirmChannel()
      opened.on('error', (error) => log.warn({ err: error }, 'publishing channel error'))
      opened.once('close', () => connection.close().catch(() => undefined))
      opened.on('drain', () => {
        full = false
      })
      // Unroutable messages come back, and are confirmed all the same: the queue is gone, so declare it again.
      opened.on('return', (message) => {
        log.error({ message: message.properties.messageId }, 'release came back: the orders queue is missing')
        pending.get(String(message.properties.messageId))?.(false)
        connection.close().catch(() => undefined)
      })
      await declareTopology(opened)
      channel = opened
    },
  })

  return {
    ready: () => channel !== undefined && !blocked && !full && pending.size < UNCONFIRMED_MOST,
    publish(batch) {
      const open = channel
      if (!open) return Promise.resolve(false)
      const id = messageId(batch)
      const began = Date.now()
      return new Promise((resolve) => {
        const settle = (confirmed: boolean): void => {
          clearTimeout(timer)
          if (pending.get(id) === settle) pending.delete(id)
          if (confirmed && options.trace) traceBatch(options.trace, batch.message, began)
          resolve(confirmed)
        }
        const timer = setTimeout(() => settle(false), live.SLUICE_CONFIRM_MS)
        pending.set(id, settle)
        try {
          full = !open.publish(
            RELEASE_EXCHANGE,
            ORDERS_KEY,
            encodeMessage(batch.message),
            {
              ...stampMessage(options.name, `release.${batch.message.kind}`),
              mandatory: true,
              messageId: id,
              headers: headersOf(batch.message),
            },
            (error) => settle(!error),
          )
        } catch (error) {
          log.warn({ err: error }, 'release not published')
          settle(false)
        }
      })
    },
    queued: async () => (await channel?.checkQueue(ORDERS_QUEUE))?.messageCount ?? 0,
    close,
  }
}

/** Names a batch within the 255 bytes that AMQP has for it; a lease, which lists every number, may be longer. */
const messageId = ({ message: { sale, epoch, kind, tickets } }: ReleasedBatch): string =>
  `${sale}:${epoch}:${kind}:${tickets[0]!.number}-${tickets.at(-1)!.number}:${tickets.length}`
