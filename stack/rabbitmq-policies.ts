import {
  DEAD_QUEUE,
  ORDERS_QUEUE,
  OVERDUE_QUEUE,
  PARKED_EXCHANGE,
  PARKED_QUEUE,
  SHOP_PARKED_QUEUE,
  SHOP_QUEUE,
} from '../contract/topology.ts'

/**
 * What bounds each queue, by a name that says in the management pages what happens at the bound. What a queue must have
 * in order not to lose anything stands in its own arguments (contract/topology.ts), which nobody can change by hand; a
 * policy may be changed while all runs, and comes back with the broker's next start.
 *
 * Only one policy holds for a queue: the one with the highest priority.
 */
export const rabbitmqPolicies = (vhost: string) =>
  [
    {
      name: 'released batches: 100,000 or 1 GB, then gateways wait',
      pattern: exactly(ORDERS_QUEUE),
      // With its x-overflow reject-publish a full queue refuses, so that the release waits and nothing is lost.
      definition: { 'max-length': 100_000, 'max-length-bytes': 1_000_000_000 },
    },
    {
      name: 'tickets served one by one: 100 deliveries, then parked',
      pattern: exactly(DEAD_QUEUE),
      // What still ends a worker every time must not do so for ever.
      definition: {
        ...{ 'delivery-limit': 100, 'max-length': 100_000, overflow: 'reject-publish' },
        ...{ 'dead-letter-exchange': PARKED_EXCHANGE, 'dead-letter-routing-key': PARKED_QUEUE },
        'dead-letter-strategy': 'at-least-once',
      },
    },
    {
      name: 'parked for people: 100,000, then workers wait',
      pattern: exactly(PARKED_QUEUE),
      definition: { 'max-length': 100_000, overflow: 'reject-publish' },
    },
    {
      name: 'news for the shop: 1,000,000 or 1 GB, then workers wait',
      pattern: exactly(SHOP_QUEUE),
      definition: { 'max-length': 1_000_000, 'max-length-bytes': 1_000_000_000 },
    },
    {
      name: 'refused by the shop: 100,000, then its queue keeps them',
      pattern: exactly(SHOP_PARKED_QUEUE),
      definition: { 'max-length': 100_000, overflow: 'reject-publish' },
    },
    {
      name: 'wake-ups: the newest 10,000, losing one costs a second',
      pattern: `^${escaped(OVERDUE_QUEUE)}(\\.wait\\.\\d+)?$`,
      definition: { 'max-length': 10_000, overflow: 'drop-head' },
    },
  ].map((policy) => ({ vhost, 'apply-to': 'queues', priority: 10, ...policy }))

const escaped = (name: string): string => name.replaceAll('.', '\\.')
const exactly = (name: string): string => `^${escaped(name)}$`
