import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Channel, type ChannelModel, connect, type GetMessage } from 'amqplib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ORDERS_KEY, RELEASE_EXCHANGE } from '../../contract/topology.ts'
import { select } from '../../platform/mysql.ts'
import { type Answer, call, eventually } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

let shop: Shop
let connection: ChannelModel
let channel: Channel
beforeAll(async () => {
  shop = await openShop(borrowStack())
  connection = await connect(shop.at.urls.amqp)
  channel = await connection.createChannel()
})
afterAll(async () => {
  await connection?.close()
  await shop?.close()
})

const read = (...path: string[]): Promise<string> =>
  readFile(join(shop.at.dir, ...path), 'utf8').catch(() => '')
const logsOf = async (role: 'gateway' | 'worker'): Promise<string> =>
  (await Promise.all([1, 2, 3, 4].map((i) => read('logs', `${role}-${i}.log`)))).join('')
const linesWith = (log: string, text: string) =>
  log
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => JSON.parse(line))

const headersOf = (buyer: string) => ({
  'content-type': 'application/json',
  authorization: `Bearer ${shop.token(buyer)}`,
})

test('the ID of an answer finds its click in every log, in the message and in the order’s row', async () => {
  const { queue } = await channel.assertQueue(`sluice.test.${process.pid}`, { exclusive: true })
  await channel.bindQueue(queue, RELEASE_EXCHANGE, ORDERS_KEY)
  const sale = await shop.sell({ stock: 5, standby: 0 })
  const spoofed = 'deadbeefdeadbeefdeadbeefdeadbeef'
  const answer = await call(shop.at.ports.flash, 'POST', `/api/sales/${sale}/orders`, {
    headers: { ...headersOf('followed'), 'x-request-id': spoofed },
    body: '{}',
  })
  expect(answer.status).toBe(202)
  const id = answer.headers['x-request-id'] as string
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  const { number, ticket } = answer.json

  await eventually(async () => linesWith(await logsOf('worker'), id).length > 0)
  expect(linesWith(await logsOf('worker'), id)).toMatchObject([
    { msg: 'recorded', sale, state: 'awaiting_payment', requests: { [number]: id } },
  ])
  await eventually(async () => linesWith(await logsOf('gateway'), id).length > 0)
  expect(linesWith(await logsOf('gateway'), id)).toMatchObject([
    { msg: 'joined', sale, requests: { [number]: id } },
  ])
  await eventually(async () => linesWith(await read('nginx', 'access.log'), id).length > 0)
  expect(linesWith(await read('nginx', 'access.log'), id)).toMatchObject([
    { request: id, method: 'POST', path: `/api/sales/${sale}/orders`, status: 202 },
  ])
  // Other files' sales may still tell their last buyers.
  let message: GetMessage | false = false
  do message = await channel.get(queue, { noAck: true })
  while (message && message.properties.headers?.sale !== sale)
  if (!message) throw new Error('no message')
  expect(message.properties.headers).toMatchObject({ sale, tickets: 1, requests: [id] })
  const [row] = await select(shop.mysql, 'SELECT request_id FROM orders WHERE sale_id = ?', [sale])
  expect(row).toEqual({ request_id: id })

  // The ticket is a secret of its holder: no log names it.
  await call(shop.at.ports.flash, 'GET', `/api/tickets/${ticket}`, { headers: headersOf('followed') })
  await eventually(async () => (await read('nginx', 'access.log')).includes('"path":"/api/tickets/-"'))

  // What the buyer does later has IDs of its own, under the same sale and number.
  let paying: Answer | undefined
  await eventually(async () => {
    paying = await call(shop.at.ports.flash, 'POST', `/api/orders/${sale}-${number}/payment`, {
      headers: headersOf('followed'),
    })
    return paying.status === 201
  })
  const payment = paying!.headers['x-request-id'] as string
  expect(payment).not.toBe(id)
  expect(linesWith(await logsOf('gateway'), payment)).toMatchObject([
    { msg: expect.stringMatching('^payment'), sale, number, request: payment },
  ])
  const all = (await logsOf('gateway')) + (await logsOf('worker')) + (await read('nginx', 'access.log'))
  expect(all).not.toContain(spoofed)
  expect(all).not.toContain(ticket)
  expect((await shop.audit(sale)).audit.ok).toBe(true)
})

test('what no gateway was asked has no ID, a gateway’s refusal has one', async () => {
  const sale = await shop.sell({ stock: 5 })
  const refused = await call(shop.at.ports.flash, 'POST', `/api/sales/${sale}/orders`)
  expect(refused.headers['x-request-id']).toBeUndefined()
  const bad = await call(shop.at.ports.flash, 'POST', `/api/sales/${sale}/orders`, {
    headers: headersOf('greedy'),
    body: '{"quantity":5}',
  })
  expect(bad.json).toMatchObject({ code: 'invalid_request', request: bad.headers['x-request-id'] })
})

test('an ID that is none is not taken over, not even from the door', async () => {
  const sale = await shop.sell({ stock: 9 })
  const forged = [
    `${'0'.repeat(31)}"`,
    '","level":60,"x":"',
    '%0a{"level":60}',
    'A'.repeat(500),
    'ABCDEF0123456789ABCDEF0123456789',
    '',
  ]
  for (const [i, id] of forged.entries()) {
    const answer = await call(shop.at.ports.gateways[0]!, 'POST', `/api/sales/${sale}/orders`, {
      headers: {
        ...{ 'content-type': 'application/json', 'x-edge-key': shop.at.secrets.edgeKey },
        ...{ 'x-user-id': `forger${i}`, 'x-request-id': id },
      },
      body: '{}',
    })
    expect(answer.status).toBe(202)
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
  }
  const said = await logsOf('gateway')
  for (const id of forged.slice(0, 5)) expect(said).not.toContain(id)
  const lines = said.split('\n').filter((line) => line.includes(`"sale":${sale}`))
  for (const line of lines) {
    const { requests } = JSON.parse(line)
    for (const id of Object.values(requests)) expect(id).toMatch(/^[0-9a-f]{32}$/)
  }
})
