import { createHmac } from 'node:crypto'
import { Registry } from 'prom-client'
import type { Absence } from '../../contract/line/absence.ts'
import { endLeases, releaseDue } from '../../contract/line/release.ts'
import type { ReleaseMessage } from '../../contract/release-message.ts'
import { readSale } from '../../contract/sales.ts'
import { NOTHING_SET, valuesOf } from '../../contract/switches.ts'
import { buildApp } from '../../gateway/app.ts'
import type { App, Services } from '../../gateway/services.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import { createLog } from '../../platform/log.ts'
import { connectRedis, type Redis } from '../../platform/redis.ts'
import { type Backends, type Served, serveBatch } from '../../workers/orders/serve-batch.ts'
import type { LentStores } from '../lend-stores.ts'
import { createScriptedProvider, type ScriptedProvider } from './scripted-provider.ts'

/** A sale with everything that moves its orders: the gateway's own routes, the workers' own functions. */
export interface Shop {
  stores: LentStores
  sale: number
  provider: ScriptedProvider
  /** With these, what is committed is told to Redis; with `deaf`, Redis can not be told. */
  backends: Backends
  deaf: Backends
  /** Calls the gateway as the buyer; with 'deaf' its Redis can not be told. */
  call(request: Call, ears?: 'deaf'): Promise<{ status: number; code: string | undefined }>
}

export interface Call {
  method: 'POST' | 'DELETE'
  url: string
  buyer?: string
  event?: { id: string; type: string; payment: string; amount: number; currency: string }
}

const EDGE_KEY = 'the door of these tests, 32 characters'
const WEBHOOK_SECRET = 'the provider of these tests, 32 characters'
const log = createLog('test', 'silent')
let deafRedis: Redis | undefined

/** Makes a sale in the given stores. It opens at once, with as fast a release as it can. */
export async function openShop(stores: LentStores, input: Partial<SaleInput>): Promise<Shop> {
  const { id } = await createSale(stores, {
    ...{ title: 'an umbrella', stock: 10, priceCents: 990, release: 'auto', opensAt: Date.now() - 1_000 },
    ...input,
  })
  const provider = createScriptedProvider()
  const apps = new Map<Redis, App>()
  deafRedis ??= neverConnected()
  const backends = { redis: stores.redis, mysql: stores.mysql, log }
  return {
    ...{ stores, sale: id, provider, backends, deaf: { ...backends, redis: deafRedis } },
    async call({ method, url, buyer, event }, ears) {
      const redis = ears === 'deaf' ? deafRedis! : stores.redis
      const app = apps.get(redis) ?? gatewayOf(stores, redis, provider)
      apps.set(redis, app)
      const payload = event && JSON.stringify(event)
      const answer = await app.inject({
        ...{ method, url, payload },
        headers: {
          'x-edge-key': EDGE_KEY,
          ...(buyer === undefined ? {} : { 'x-user-id': buyer }),
          ...(payload === undefined ? {} : { 'content-type': 'application/json', ...sign(payload) }),
        },
      })
      const body = answer.body === '' ? {} : (answer.json() as { code?: string })
      return { status: answer.statusCode, code: body.code }
    },
  }
}

function neverConnected(): Redis {
  const redis = connectRedis('redis://127.0.0.1:1', 'deaf')
  redis.on('error', () => {})
  return redis
}

function gatewayOf({ mysql }: LentStores, redis: Redis, provider: ScriptedProvider): App {
  return buildApp({
    config: {
      SLUICE_EDGE_KEY: EDGE_KEY,
      SLUICE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      SLUICE_PUBLIC_URL: 'http://127.0.0.1',
      SLUICE_DEV_SIGN_IN: false,
    },
    sales: { get: (id: number) => readSale(mysql, id), live: () => [], refresh: async () => {} },
    switches: { of: () => valuesOf(NOTHING_SET, 0) },
    ...{ mysql, redis, provider, log, metrics: new Registry() },
  } as unknown as Services)
}

function sign(body: string): { 'payment-signature': string } {
  const at = Date.now()
  const mac = createHmac('sha256', WEBHOOK_SECRET).update(`${at}.`).update(body).digest('hex')
  return { 'payment-signature': `t=${at},v1=${mac}` }
}

/** Releases what may leave the line now; the messages are on their way from here on, confirmed by the broker. */
export async function releaseAll(
  { stores: { redis }, sale }: Shop,
  absence?: Absence,
): Promise<ReleaseMessage[]> {
  const messages: ReleaseMessage[] = []
  for (let more = true; more; ) {
    const limits = { leaseMs: 600_000, flightWindow: 10_000, messageTickets: 100 }
    const due = await releaseDue(redis, sale, limits, absence)
    more = due.more
    if (due.batches.length > 0)
      await endLeases(
        redis,
        sale,
        due.batches.map(({ lease }) => lease),
      )
    messages.push(...due.batches.map(({ message }) => message))
  }
  return messages
}

/** A worker serves a message; rejects where it is not done within 10 s. */
export async function serve({ backends, sale }: Shop, message: ReleaseMessage): Promise<Served> {
  const { kind, releasedAt } = message
  const flights = message.tickets.map((ticket) => ({ ticket, kind, releasedAt }))
  const until = Date.now() + 10_000
  const served = await serveBatch(backends, sale, flights, () => Date.now() > until)
  if (!served) throw new Error('a batch was not served within 10 s')
  return served
}

export const orderName = ({ sale }: Shop, number: number): string => `${sale}-${number}`

/** The buyer asks to pay: 201, or a refusal. */
export const openPayment = (shop: Shop, number: number, buyer: string) =>
  shop.call({ method: 'POST', url: `/api/orders/${orderName(shop, number)}/payment`, buyer })

/** The buyer cancels: 204, or a refusal. */
export const cancelOrder = (shop: Shop, number: number, buyer: string, ears?: 'deaf') =>
  shop.call({ method: 'DELETE', url: `/api/orders/${orderName(shop, number)}`, buyer }, ears)

/** The provider says that a payment came in: 204, or a refusal. */
export const sendWebhook = (shop: Shop, number: number, eventId: string, ears?: 'deaf') => {
  const payment = orderName(shop, number)
  const amount = shop.provider.books.get(payment)?.amountCents ?? 0
  const event = { id: eventId, type: 'payment.succeeded', payment, amount, currency: 'EUR' }
  return shop.call({ method: 'POST', url: '/api/payments/webhook', event }, ears)
}

/** A day goes by for all orders and payments of the sale: nothing that was to come is still to come. */
export async function passADay({ stores: { mysql }, sale }: Shop): Promise<void> {
  await mysql.query('UPDATE orders SET pay_by = pay_by - INTERVAL 1 DAY WHERE sale_id = ?', [sale])
  await mysql.query(
    `UPDATE payments SET ask_at = ask_at - INTERVAL 1 DAY, created_at = created_at - INTERVAL 1 DAY
     WHERE sale_id = ?`,
    [sale],
  )
}
