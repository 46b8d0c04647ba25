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
