import type { ConfirmChannel } from 'amqplib'
import { encodeMessage, headersOf, type ReleaseMessage } from '../contract/release-message.ts'
import { declareTopology, PARKED_EXCHANGE, PARKED_QUEUE, waitQueue } from '../contract/topology.ts'
import type { Logger } from '../platform/log.ts'
import { keepConnected } from '../platform/rabbitmq.ts'

/** What a worker publishes. */
export interface Outbox {
  /** Puts a message aside for people to look at, with the reason in its headers; rejects while that is not possible. */
  park(message: ReleaseMessage | Buffer, reason: string): Promise<void>
  /** Wakes a sweep when orders with so many seconds to pay run out; at most about one message a second. */
  wakeAfter(seconds: number): void
  close(): Promise<void>
}

const CONFIRM_MS = 5_000

/** A connection of its own for publishing: a broker that blocks publishers must not stop this worker's consumer. */
export async function openOutbox(url: string, name: string, log: Logger): Promise<Outbox> {
  const woken = new Map<number, number>()
  let channel: ConfirmChannel | undefined
  const close = await keepConnected(url, {
    name: `${name}-outbox`,
    log,
    onDown: () => {
      channel = undefined
    },
    setUp: async (connection) => {
      const opened = await connection.createConfirmChannel()
      opened.on('error', (error) => log.warn({ err: error }, 'publishing channel error'))
      opened.once('close', () => connection.close().catch(() => undefined))
      await declareTopology(opened)
      channel = opened
    },
  })
  return {
    park: (message, reason) =>
      new Promise((resolve, reject) => {
        if (!channel) return reject(new Error('the outbox is not connected'))
        const timer = setTimeout(() => reject(new Error('parking was not confirmed in time')), CONFIRM_MS)
        const content = Buffer.isBuffer(message) ? message : encodeMessage(message)
        const headers = {
          ...(Buffer.isBuffer(message) ? {} : headersOf(message)),
          ...{ reason: reason.slice(0, 500), 'parked-at': new Date().toISOString() },
        }
        channel.publish(PARKED_EXCHANGE, PARKED_QUEUE, content, { persistent: true, headers }, (error) => {
          clearTimeout(timer)
          if (error) reject(error)
          else resolve()
        })
      }),
    wakeAfter(seconds) {
      const now = Date.now()
      if (!channel || now - (woken.get(seconds) ?? 0) < 1_000) return
      woken.set(seconds, now)
      const queue = waitQueue(seconds)
      const open = channel
      // The sweep by index is what is relied on: a wake-up that is lost costs a second.
      open
        .assertQueue(queue.name, { durable: true, arguments: queue.arguments })
        .then(() => open.sendToQueue(queue.name, Buffer.from('{}'), { persistent: false }))
        .catch((error) => log.warn({ err: error }, 'no wake-up planned'))
    },
    close,
  }
}
