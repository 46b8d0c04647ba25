import type { ConfirmChannel, Options } from 'amqplib'
import { encodeMessage, headersOf, type ReleaseMessage } from '../contract/release-message.ts'
import { encodeShopMessage, type ShopMessage, shopMessageId } from '../contract/shop-message.ts'
import { stampMessage } from '../contract/stamp-message.ts'
import {
  declareTopology,
  PARKED_EXCHANGE,
  PARKED_QUEUE,
  SHOP_EXCHANGE,
  waitQueue,
} from '../contract/topology.ts'
import type { Logger } from '../platform/log.ts'
import { keepConnected } from '../platform/rabbitmq.ts'

/** What a worker publishes. */
export interface Outbox {
  /** Tells the shop something; resolves when RabbitMQ has it on disk in the shop's queue, rejects where that is not known. */
  tellShop(message: ShopMessage): Promise<void>
  /** Puts a message aside for people to look at, with the reason in its headers; rejects while that is not possible. */
  park(message: ReleaseMessage | Buffer, reason: string): Promise<void>
  /** Wakes a sweep when orders with so many seconds to pay run out; at most about one message a second. */
  wakeAfter(seconds: number): void
  close(): Promise<void>
}

/** Less than MySQL lets a transaction rest (platform/mysql.ts): what is sent to the shop stays locked until it is marked. */
const CONFIRM_MS = 4_000

/** A connection of its own for publishing: a broker that blocks publishers must not stop this worker's consumer. */
export async function openOutbox(url: string, name: string, log: Logger): Promise<Outbox> {
  const woken = new Map<number, number>()
  const returned = new Set<string>()
  let channel: ConfirmChannel | undefined
  const close = await keepConnected(url, {
    name,
    purpose: 'tells the shop, parks messages, plans wake-ups',
    log,
    onDown: () => {
      channel = undefined
    },
    setUp: async (connection) => {
      const opened = await connection.createConfirmChannel()
      opened.on('error', (error) => log.warn({ err: error }, 'publishing channel error'))
      opened.once('close', () => connection.close().catch(() => undefined))
      // Unroutable messages come back, and are confirmed all the same: the queue is gone, so declare it again.
      opened.on('return', (message) => {
        returned.add(String(message.properties.messageId))
        connection.close().catch(() => undefined)
      })
      await declareTopology(opened)
      channel = opened
    },
  })

  const publish = (exchange: string, key: string, content: Buffer, options: Options.Publish): Promise<void> =>
    new Promise((resolve, reject) => {
      if (!channel) return reject(new Error('the outbox is not connected'))
      const timer = setTimeout(() => reject(new Error('publishing was not confirmed in time')), CONFIRM_MS)
      channel.publish(exchange, key, content, { persistent: true, ...options }, (error) => {
        clearTimeout(timer)
        if (error) reject(error)
        else resolve()
      })
    })

  return {
    async tellShop(message) {
      const messageId = shopMessageId(message)
      const type = `order.${message.kind}`
      const options = { ...stampMessage(name, type), mandatory: true, messageId }
      await publish(SHOP_EXCHANGE, type, encodeShopMessage(message), options)
      if (returned.delete(messageId)) throw new Error('it came back: the queue of the shop is missing')
    },
    park(message, reason) {
      const content = Buffer.isBuffer(message) ? message : encodeMessage(message)
      const headers = {
        ...(Buffer.isBuffer(message) ? {} : headersOf(message)),
        ...{ reason: reason.slice(0, 500), 'parked-at': new Date().toISOString() },
      }
      return publish(PARKED_EXCHANGE, PARKED_QUEUE, content, { ...stampMessage(name, 'parked'), headers })
    },
    wakeAfter(seconds) {
      const now = Date.now()
      if (!channel || now - (woken.get(seconds) ?? 0) < 1_000) return
      woken.set(seconds, now)
      const queue = waitQueue(seconds)
      const open = channel
      // The sweep by index is what is relied on: a wake-up that is lost costs a second.
      open
        .assertQueue(queue.name, { durable: true, arguments: queue.arguments })
        .then(() =>
          open.sendToQueue(queue.name, Buffer.from('{}'), {
            ...stampMessage(name, 'overdue'),
            persistent: false,
          }),
        )
        .catch((error) => log.warn({ err: error }, 'no wake-up planned'))
    },
    close,
  }
}
