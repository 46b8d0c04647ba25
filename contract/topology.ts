import type { Channel } from 'amqplib'

/**
 * Names in RabbitMQ. `stack/` writes them into the broker's definitions, gateways and workers declare them again
 * at every connection, so a broker that lost its disk is whole again by itself.
 *
 *   gateway --> exchange sluice.release --> quorum queue sluice.orders --> workers
 *                                             | delivered too often
 *                                             v
 *                                exchange sluice.dead --> quorum queue sluice.dead --> workers, ticket by ticket
 *                                                                                        | can not be recorded
 *                                                                                        v
 *                                exchange sluice.parked --> quorum queue sluice.parked (read by people)
 *
 *   workers --> queue sluice.overdue.wait.SECONDS -- its messages' time is up --> queue sluice.overdue --> workers
 *
 *   workers --> topic exchange sluice.shop --> quorum queue sluice.shop.orders --> the shop's order system
 *                                                | refused, or delivered too often
 *                                                v
 *                                              quorum queue sluice.shop.parked (read by people)
 */
export const RELEASE_EXCHANGE = 'sluice.release'
export const ORDERS_QUEUE = 'sluice.orders'
export const DEAD_EXCHANGE = 'sluice.dead'
export const DEAD_QUEUE = 'sluice.dead'
export const OVERDUE_QUEUE = 'sluice.overdue'
export const PARKED_EXCHANGE = 'sluice.parked'
export const PARKED_QUEUE = 'sluice.parked'
export const ORDERS_KEY = 'orders'
export const SHOP_EXCHANGE = 'sluice.shop'
export const SHOP_QUEUE = 'sluice.shop.orders'
export const SHOP_PARKED_QUEUE = 'sluice.shop.parked'
/** What the shop's queue gets: `order.paid`, `order.refunded`. */
export const SHOP_KEYS = 'order.*'

/** After so many deliveries a message leaves the queue, and its tickets are served one by one. */
const DELIVERY_LIMIT = 20

export const ORDERS_ARGUMENTS = {
  'x-queue-type': 'quorum',
  'x-dead-letter-exchange': DEAD_EXCHANGE,
  'x-dead-letter-routing-key': DEAD_QUEUE,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
  'x-delivery-limit': DELIVERY_LIMIT,
} as const

export const PARKED_ARGUMENTS = { 'x-queue-type': 'quorum' } as const

/** The shop may take its time, and may refuse: nothing that it was told gets lost. */
export const SHOP_ARGUMENTS = {
  'x-queue-type': 'quorum',
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': SHOP_PARKED_QUEUE,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
  'x-delivery-limit': DELIVERY_LIMIT,
} as const

/** A queue whose messages wake the sweep when orders with this time to pay run out. Losing one loses no promise. */
export const waitQueue = (seconds: number) => ({
  name: `${OVERDUE_QUEUE}.wait.${seconds}`,
  arguments: {
    'x-message-ttl': seconds * 1_000,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': OVERDUE_QUEUE,
    'x-expires': seconds * 1_000 + 600_000,
  },
})

/**
 * Declares the topology; repeating it changes nothing. Rejects, and closes the channel, where a queue exists with other
 * arguments: a classic queue would lose what a quorum queue keeps, so Sluice does not run with it.
 */
export async function declareTopology(channel: Channel): Promise<void> {
  await channel.assertExchange(PARKED_EXCHANGE, 'direct', { durable: true })
  await channel.assertQueue(PARKED_QUEUE, { durable: true, arguments: PARKED_ARGUMENTS })
  await channel.bindQueue(PARKED_QUEUE, PARKED_EXCHANGE, PARKED_QUEUE)
  await channel.assertExchange(DEAD_EXCHANGE, 'direct', { durable: true })
  await channel.assertQueue(DEAD_QUEUE, { durable: true, arguments: PARKED_ARGUMENTS })
  await channel.bindQueue(DEAD_QUEUE, DEAD_EXCHANGE, DEAD_QUEUE)
  await channel.assertQueue(OVERDUE_QUEUE, { durable: true })
  await channel.assertExchange(RELEASE_EXCHANGE, 'direct', { durable: true })
  await channel.assertQueue(ORDERS_QUEUE, { durable: true, arguments: ORDERS_ARGUMENTS })
  await channel.bindQueue(ORDERS_QUEUE, RELEASE_EXCHANGE, ORDERS_KEY)
  await channel.assertExchange(SHOP_EXCHANGE, 'topic', { durable: true })
  await channel.assertQueue(SHOP_PARKED_QUEUE, { durable: true, arguments: PARKED_ARGUMENTS })
  await channel.assertQueue(SHOP_QUEUE, { durable: true, arguments: SHOP_ARGUMENTS })
  await channel.bindQueue(SHOP_QUEUE, SHOP_EXCHANGE, SHOP_KEYS)
}
