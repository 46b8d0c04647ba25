import { setTimeout as sleep } from 'node:timers/promises'
import { type ChannelModel, type ConfirmChannel, connect, type GetMessage } from 'amqplib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { encodeMessage } from '../../contract/release-message.ts'
import { ORDERS_KEY, ORDERS_QUEUE, PARKED_QUEUE, RELEASE_EXCHANGE } from '../../contract/topology.ts'
import { admitted, clickAll, pollAll } from '../crowd.ts'
import { call, eventually } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

let shop: Shop
let connection: ChannelModel
let channel: ConfirmChannel
beforeAll(async () => {
  shop = await openShop(borrowStack())
  connection = await connect(shop.at.urls.amqp)
  channel = await connection.createConfirmChannel()
})
afterAll(async () => {
  await connection?.close()
  await shop?.close()
})
beforeEach(() => channel.purgeQueue(PARKED_QUEUE))

async function publish(content: Buffer | string | object): Promise<void> {
  const bytes = Buffer.isBuffer(content)
    ? content
    : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  channel.publish(RELEASE_EXCHANGE, ORDERS_KEY, bytes, { persistent: true })
  await channel.waitForConfirms()
}

/** Takes `count` messages out of the parked queue, or what there is after 30 s; fails when there are more. */
async function takeParked(count: number): Promise<{ reason: string; content: string; requests: unknown }[]> {
  const taken: GetMessage[] = []
  for (const deadline = Date.now() + 30_000; taken.length < count && Date.now() < deadline; ) {
    const message = await channel.get(PARKED_QUEUE, { noAck: true })
    if (message) taken.push(message)
    else await sleep(20)
  }
  await sleep(300)
  expect(await channel.get(PARKED_QUEUE, { noAck: true })).toBe(false)
  return taken.map(({ content, properties }) => ({
    reason: String(properties.headers?.reason),
    content: content.toString(),
    requests: properties.headers?.requests,
  }))
}

/** Nothing is on its way any more: neither waiting in the queue nor in a worker's hands. */
async function expectQueueEmpty(): Promise<void> {
  const { management } = shop.at.urls
  const { username, password, origin } = new URL(management)
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  await eventually(async () => {
    const answer = await fetch(`${origin}/api/queues/sluice/${ORDERS_QUEUE}`, { headers: { authorization } })
    const queue = (await answer.json()) as { messages_ready: number; messages_unacknowledged: number }
    return queue.messages_ready === 0 && queue.messages_unacknowledged === 0
  })
}

test('bad messages are parked with the reason, and real buyers beside them get their orders', async () => {
  const sale = await shop.sell({ stock: 100, standby: 0, release: { batch: 5, everyMs: 50 } })
  const clicking = clickAll(shop.at, { sale, buyers: 150, prefix: 'beside', perSecond: 150 })
  const good = { v: 1, sale, epoch: 1, kind: 'order', at: Date.now(), tickets: [[900_001, 'nobody']] }
  const bad: [content: Buffer | string | object, reason: string][] = [
    ['not JSON', 'JSON'],
    ['', 'JSON'],
    [Buffer.from([0xff, 0xfe, 0x00]), 'JSON'],
    ['null', 'not an object'],
    [{ ...good, v: 2 }, 'version 2'],
    [{ ...good, kind: 'gift' }, 'kind'],
    [{ ...good, sale: -1 }, 'sale'],
    [{ ...good, tickets: [] }, 'no tickets'],
    [{ ...good, tickets: [[900_001, 'two words']] }, 'buyer'],
    [{ ...good, tickets: [[900_001, 'nobody', 0]] }, 'quantity'],
    [{ ...good, sale: 987_654 }, 'sale 987654 does not exist'],
    [
      { ...good, sale: 987_654, kind: 'closed', tickets: [[900_002, 'nobody']] },
      'sale 987654 does not exist',
    ],
    // More than a row can hold: MySQL refuses it.
    [{ ...good, tickets: [[900_001, 'nobody', 4_294_967_296]] }, 'quantity'],
  ]
  for (const [content] of bad) {
    await publish(content)
    await sleep(50)
  }
  const parked = await takeParked(bad.length)
  const reasons = parked.map(({ reason }) => reason)
  for (const [, expected] of bad) {
    const at = reasons.findIndex((reason) => reason.includes(expected))
    expect(at, `${expected} in ${reasons.join(' | ')}`).toBeGreaterThanOrEqual(0)
    reasons.splice(at, 1)
  }

  const tickets = admitted(await clicking)
  expect(tickets.length).toBe(100)
  const won = await pollAll(shop.at, tickets)
  expect(won.map(({ state }) => state)).toEqual(Array(100).fill('awaiting_payment'))
  const { audit } = await shop.audit(sale)
  expect(audit).toMatchObject({ ok: true, sold: 100, left: 0, tickets: 100, inFlight: 0 })
  await expectQueueEmpty()
})

test('a ticket that MySQL can not take as an order gets its final answer, and is parked alone', async () => {
  const sale = await shop.sell({ stock: 21, perUser: 2, standby: 0, release: { batch: 20, everyMs: 100 } })
  // A price at which two units are more than an amount can be: one ticket in the middle of good ones is bad.
  await shop.mysql.query('UPDATE sales SET price_cents = 10000000000000000000 WHERE id = ?', [sale])
  const join = async (i: number) => {
    const answer = await call(shop.at.ports.gateways[i % 2]!, 'POST', `/api/sales/${sale}/orders`, {
      headers: {
        'content-type': 'application/json',
        'x-edge-key': shop.at.secrets.edgeKey,
        'x-user-id': `mate${i}`,
      },
      body: JSON.stringify({ quantity: i === 10 ? 2 : 1 }),
    })
    expect(answer.status).toBe(202)
    const { ticket, number } = answer.json as { ticket: string; number: number }
    return { buyer: `mate${i}`, ticket, number, request: answer.headers['x-request-id'] }
  }
  const tickets = await Promise.all(Array.from({ length: 20 }, (_, i) => join(i)))
  const [bad] = tickets.splice(10, 1)

  const [parked] = await takeParked(1)
  expect(parked!.reason).toContain('amount_cents')
  expect(parked!.requests).toEqual([bad!.request])
  expect(JSON.parse(parked!.content)).toMatchObject({
    sale,
    kind: 'order',
    tickets: [[bad!.number, 'mate10', 2]],
  })
  const won = await pollAll(shop.at, tickets)
  expect(won.map(({ state }) => state)).toEqual(Array(19).fill('awaiting_payment'))
  expect((await pollAll(shop.at, [bad!]))[0]!.state).toBe('closed')
  // Its two units are free again.
  const { audit } = await shop.audit(sale)
  expect(audit).toMatchObject({ ok: true, sold: 19, left: 2, inFlight: 0, tickets: 20 })

  // Put back by somebody, it changes nothing: it has had its answer.
  await publish(Buffer.from(parked!.content))
  await expectQueueEmpty()
  expect((await pollAll(shop.at, [bad!]))[0]!.state).toBe('closed')
  await shop.mysql.query('UPDATE orders SET amount_cents = 990 WHERE sale_id = ?', [sale])
  await shop.mysql.query('UPDATE sales SET price_cents = 990 WHERE id = ?', [sale])
  await expectQueueEmpty()
})

test('the same batch twenty times over is one order for each ticket', async () => {
  const sale = await shop.sell({ stock: 30, standby: 0, release: { batch: 10, everyMs: 100 } })
  const tickets = admitted(await clickAll(shop.at, { sale, buyers: 30, prefix: 'again' }))
  const again = encodeMessage({
    ...{ sale, epoch: 1, kind: 'order', releasedAt: Date.now() },
    tickets: tickets.map(({ number, buyer }) => ({ number, buyer, quantity: 1 })),
  })
  await pollAll(shop.at, tickets)
  for (let i = 0; i < 20; i++) await publish(again)
  await expectQueueEmpty()
  expect((await shop.orders(sale)).length).toBe(30)
  expect((await shop.audit(sale)).audit).toMatchObject({
    ok: true,
    sold: 30,
    left: 0,
    tickets: 30,
    inFlight: 0,
  })
})
