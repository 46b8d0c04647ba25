import { createHash, randomBytes } from 'node:crypto'
import {
  DEAD_EXCHANGE,
  DEAD_QUEUE,
  ORDERS_ARGUMENTS,
  ORDERS_KEY,
  ORDERS_QUEUE,
  OVERDUE_QUEUE,
  PARKED_ARGUMENTS,
  PARKED_EXCHANGE,
  PARKED_QUEUE,
  RELEASE_EXCHANGE,
  SHOP_ARGUMENTS,
  SHOP_EXCHANGE,
  SHOP_KEYS,
  SHOP_PARKED_QUEUE,
  SHOP_QUEUE,
} from '../contract/topology.ts'
import { rabbitmqPolicies } from './rabbitmq-policies.ts'
import type { Secrets } from './secrets.ts'

export const VHOST = 'sluice'
/** The user of gateways and workers: its own names only, and no management. */
export const AMQP_USER = 'sluice'
/** The user of people, for the management page. */
export const OPERATOR = 'operator'

/** RabbitMQ's own form: base64 of a 4 byte salt and SHA-256 of salt and password. */
export function hashPassword(password: string, salt = randomBytes(4)): string {
  const hash = createHash('sha256').update(salt).update(password, 'utf8').digest()
  return Buffer.concat([salt, hash]).toString('base64')
}

const user = (name: string, password: string, tags: string[]) => ({
  name,
  password_hash: hashPassword(password),
  hashing_algorithm: 'rabbit_password_hashing_sha256',
  tags,
})

const permission = (name: string, pattern: string) => ({
  user: name,
  vhost: VHOST,
  configure: pattern,
  write: pattern,
  read: pattern,
})

/** What the broker loads at each start: vhost, users, permissions, policies, exchanges, queues, bindings. */
export const rabbitmqDefinitions = (secrets: Pick<Secrets, 'amqp' | 'amqpOperator'>) => ({
  vhosts: [{ name: VHOST }],
  users: [user(AMQP_USER, secrets.amqp, []), user(OPERATOR, secrets.amqpOperator, ['administrator'])],
  // amq.default: dead letters of the wait queues go through it.
  permissions: [permission(AMQP_USER, '^(sluice\\.|amq\\.default$)'), permission(OPERATOR, '.*')],
  policies: rabbitmqPolicies(VHOST),
  exchanges: [
    exchange(RELEASE_EXCHANGE),
    exchange(DEAD_EXCHANGE),
    exchange(PARKED_EXCHANGE),
    exchange(SHOP_EXCHANGE, 'topic'),
  ],
  queues: [
    queue(ORDERS_QUEUE, ORDERS_ARGUMENTS),
    queue(DEAD_QUEUE, PARKED_ARGUMENTS),
    queue(PARKED_QUEUE, PARKED_ARGUMENTS),
    queue(OVERDUE_QUEUE, {}),
    queue(SHOP_QUEUE, SHOP_ARGUMENTS),
    queue(SHOP_PARKED_QUEUE, PARKED_ARGUMENTS),
  ],
  bindings: [
    binding(RELEASE_EXCHANGE, ORDERS_QUEUE, ORDERS_KEY),
    binding(DEAD_EXCHANGE, DEAD_QUEUE, DEAD_QUEUE),
    binding(PARKED_EXCHANGE, PARKED_QUEUE, PARKED_QUEUE),
    binding(SHOP_EXCHANGE, SHOP_QUEUE, SHOP_KEYS),
  ],
})

const exchange = (name: string, type: 'direct' | 'topic' = 'direct') => ({
  vhost: VHOST,
  name,
  type,
  durable: true,
  auto_delete: false,
  internal: false,
  arguments: {},
})

const queue = (name: string, args: object) => ({
  vhost: VHOST,
  name,
  durable: true,
  auto_delete: false,
  arguments: args,
})

const binding = (source: string, destination: string, key: string) => ({
  vhost: VHOST,
  source,
  destination,
  destination_type: 'queue',
  routing_key: key,
  arguments: {},
})
