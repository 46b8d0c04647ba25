import type { Channel } from 'amqplib'

/**
 * Names in RabbitMQ. `stack/` writes them into the broker's definitions, gateways and workers declare them again
 * at every connection, so a broker that lost its disk is whole again by itself.
 *
 *   gateway --> exchange sluice.release --> quorum queue sluice.orders --> workers
 *                                             | rejected, or delivered too often
 *                                             v
 *                                exchange sluice.parked --> quorum queue sluice.parked (read by people)
 */
export const RELEASE_EXCHANGE = 'sluice.release'
export const ORDERS_QUEUE = 'sluice.orders'
export const PARKED_EXCHANGE = 'sluice.parked'
export const PARKED_QUEUE = 'sluice.parked'
export const ORDERS_KEY = 'orders'

/** After so many deliveries a message is parked instead of tried again. */
export const DELIVERY_LIMIT = 20

export const ORDERS_ARGUMENTS = {
  'x-queue-type': 'quorum',
  'x-dead-letter-exchange': PARKED_EXCHANGE,
  'x-dead-letter-routing-key': PARKED_QUEUE,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
  'x-delivery-limit': DELIVERY_LIMIT,
} as const

export const PARKED_ARGUMENTS = { 'x-queue-type': 'quorum' } as const

/**
 * Declares the topology; repeating it changes nothing. Rejects, and closes the channel, where a queue exists with other
 * arguments: a classic queue would lose what a quorum queue keeps, so Sluice does not run with it.
 */
export async function declareTopology(channel: Channel): Promise<void> {
  await channel.assertExchange(PARKED_EXCHANGE, 'direct', { durable: true })
  await channel.assertQueue(PARKED_QUEUE, { durable: true, arguments: PARKED_ARGUMENTS })
  await channel.bindQueue(PARKED_QUEUE, PARKED_EXCHANGE, PARKED_QUEUE)
  await channel.assertExchange(RELEASE_EXCHANGE, 'direct', { durable: true })
  await channel.assertQueue(ORDERS_QUEUE, { durable: true, arguments: ORDERS_ARGUMENTS })
  await channel.bindQueue(ORDERS_QUEUE, RELEASE_EXCHANGE, ORDERS_KEY)
}
