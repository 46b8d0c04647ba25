import type { ConfirmChannel } from 'amqplib'
import { encodeMessage, type ReleaseMessage } from '../contract/release-message.ts'
import { declareTopology, PARKED_EXCHANGE, PARKED_QUEUE } from '../contract/topology.ts'
import type { Logger } from '../platform/log.ts'
import { keepConnected } from '../platform/rabbitmq.ts'

export interface Parking {
  /** Puts a message aside for people to look at, with the reason in its headers; rejects while that is not possible. */
  park(message: ReleaseMessage | Buffer, reason: string): Promise<void>
  close(): Promise<void>
}

const CONFIRM_MS = 5_000

/** A connection of its own for parking: a broker that blocks publishers must not stop this worker's consumer. */
export async function openParking(url: string, name: string, log: Logger): Promise<Parking> {
  let channel: ConfirmChannel | undefined
  const close = await keepConnected(url, {
    name: `${name}-parking`,
    log,
    onDown: () => {
      channel = undefined
    },
    setUp: async (connection) => {
      const opened = await connection.createConfirmChannel()
      opened.on('error', (error) => log.warn({ err: error }, 'parking channel error'))
      opened.once('close', () => connection.close().catch(() => undefined))
      await declareTopology(opened)
      channel = opened
    },
  })
  return {
    park: (message, reason) =>
      new Promise((resolve, reject) => {
        if (!channel) return reject(new Error('parking is not connected'))
        const timer = setTimeout(() => reject(new Error('parking was not confirmed in time')), CONFIRM_MS)
        const content = Buffer.isBuffer(message) ? message : encodeMessage(message)
        const headers = { reason: reason.slice(0, 500), 'parked-at': new Date().toISOString() }
        channel.publish(PARKED_EXCHANGE, PARKED_QUEUE, content, { persistent: true, headers }, (error) => {
          clearTimeout(timer)
          if (error) reject(error)
          else resolve()
        })
      }),
    close,
  }
}
