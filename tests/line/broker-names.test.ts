import { type ChannelModel, connect } from 'amqplib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  DEAD_QUEUE,
  ORDERS_KEY,
  ORDERS_QUEUE,
  OVERDUE_QUEUE,
  PARKED_QUEUE,
  RELEASE_EXCHANGE,
} from '../../contract/topology.ts'
import { rabbitmqPolicies } from '../../stack/rabbitmq-policies.ts'
import { eventually } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

/** What people see in RabbitMQ's management pages, asked from the API behind them. */

let shop: Shop
let connection: ChannelModel
beforeAll(async () => {
  shop = await openShop(borrowStack())
  connection = await connect(shop.at.urls.amqp)
})
afterAll(async () => {
  await connection?.close()
  await shop?.close()
})

async function ask<T>(path: string): Promise<T> {
  const { username, password, origin } = new URL(shop.at.urls.management)
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return (await (await fetch(`${origin}/api/${path}`, { headers: { authorization } })).json()) as T
}

test('every connection says whose it is and what for, every consumer what it reads', async () => {
  const called = async () =>
    (await ask<{ client_properties?: { connection_name?: string } }[]>('connections')).map(
      ({ client_properties }) => client_properties?.connection_name,
    )
  // The pages count every few seconds.
  await eventually(async () => {
    expect(await called()).toEqual(
      expect.arrayContaining([
        'gateway-1: publishes released batches',
        'gateway-2: publishes released batches',
        'worker-1: consumes released batches',
        'worker-1: tells the shop, parks messages, plans wake-ups',
      ]),
    )
    // A worker whose prefetch was changed while it ran consumes for the second time.
    const tags = (await ask<{ consumer_tag: string }[]>('consumers/sluice')).map((c) =>
      c.consumer_tag.replace(/ \(\d+\)$/, ''),
    )
    expect(tags).toEqual(
      expect.arrayContaining(
        [ORDERS_QUEUE, DEAD_QUEUE, OVERDUE_QUEUE].map((queue) => `worker-1 of ${queue}`),
      ),
    )
    return true
  })
})

test('every queue has the policy that is meant for it, and it takes effect', async () => {
  interface Queue {
    name: string
    policy: string | null
    effective_policy_definition: Record<string, unknown>
  }
  const all = rabbitmqPolicies('sluice')
  // Of a queue that is new, the pages know its policy after a moment.
  await eventually(async () => {
    const queues = (await ask<Queue[]>('queues/sluice')).filter(
      ({ name }) => !name.startsWith('sluice.test.'),
    )
    expect(queues.map(({ name }) => name)).toEqual(
      expect.arrayContaining([ORDERS_QUEUE, DEAD_QUEUE, PARKED_QUEUE, OVERDUE_QUEUE]),
    )
    for (const { name, policy, effective_policy_definition } of queues) {
      const meant = all.filter(({ pattern }) => new RegExp(pattern).test(name))
      expect(
        meant.map((one) => one.name),
        `one policy for ${name}`,
      ).toEqual([policy])
      expect(effective_policy_definition, name).toEqual(meant[0]!.definition)
    }
    return true
  })
})

test('a message says who sent it, when, and what it is', async () => {
  const channel = await connection.createChannel()
  const queue = `sluice.test.names.${process.pid}`
  await channel.assertQueue(queue, { exclusive: true })
  await channel.bindQueue(queue, RELEASE_EXCHANGE, ORDERS_KEY)
  const sale = await shop.sell({ stock: 1, standby: 0 })
  const began = Math.floor(Date.now() / 1_000)
  const answer = await fetch(`http://127.0.0.1:${shop.at.ports.flash}/api/sales/${sale}/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${shop.token('named')}` },
  })
  expect(answer.status).toBe(202)
  await eventually(async () => {
    const message = await channel.get(queue, { noAck: true })
    if (!message || message.properties.headers?.sale !== sale) return false
    expect(message.properties).toMatchObject({
      ...{ type: 'release.order', contentType: 'application/json', deliveryMode: 2 },
      appId: expect.stringMatching(/^gateway-\d$/),
      messageId: expect.stringMatching(`^${sale}:\\d+:order:1-1:1$`),
    })
    expect(message.properties.timestamp).toBeGreaterThanOrEqual(began - 1)
    return true
  })
})
