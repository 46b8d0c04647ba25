import { createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSale } from '../../ops/create-sale.ts'
import type { SaleInput } from '../../ops/sale-input.ts'
import { signToken } from '../../ops/tokens.ts'
import { connectMysql, select } from '../../platform/mysql.ts'
import { connectRedis } from '../../platform/redis.ts'
import { type Stack, startStack } from '../../stack/stack.ts'

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any
  headers: Headers
}

export interface Booked {
  id: string
  state: string
  chargedCents: number
  refundedCents: number
}

/** A whole running shop with its payment provider, and what a test does there. */
export interface Counter {
  stack: Stack
  sell(input?: Partial<SaleInput>): Promise<number>
  /** Calls the flash domain; as a buyer where one is named. */
  call(
    method: string,
    path: string,
    options?: { as?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Answer>
  /** Joins the line and waits for the order: its ID. */
  order(sale: number, buyer: string): Promise<string>
  /** Calls the provider with the shop's key. */
  provider(method: string, path: string, body?: unknown): Promise<Answer>
  /** The provider's books of one sale. */
  booked(sale: number): Promise<Booked[]>
  /** Everything that MySQL knows of a sale's money and units, to compare. */
  rows(sale: number): Promise<unknown[][]>
  state(order: string): Promise<string>
  until(order: string, state: string): Promise<void>
  /** The counter of payment events with this outcome, over all gateways. */
  counted(outcome: string): Promise<number>
  close(): Promise<void>
}

/** A stack in a temporary folder, which `close` removes. */
export async function openCounter(): Promise<Counter> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-counter-'))
  const stack = await startStack({ dir: join(folder, 'run'), gateways: 2, workers: 1 })
  const mysql = connectMysql(stack.urls.mysql, { connections: 2 })
  const redis = connectRedis(stack.urls.redis, 'counter-test')
  redis.on('error', () => {})
  await redis.connect()

  const ask = async (url: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) })
    const text = await response.text()
    const json = /json/.test(response.headers.get('content-type') ?? '') && text !== ''
    return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers }
  }
  const token = (buyer: string) => signToken(stack.secrets.jwt, buyer, Math.floor(Date.now() / 1000) + 3600)

  const call: Counter['call'] = (method, path, { as, headers, body } = {}) =>
    ask(stack.urls.flash + path, {
      method,
      headers: { ...(as === undefined ? {} : { authorization: `Bearer ${token(as)}` }), ...headers },
      ...(body === undefined ? {} : { body }),
    })

  const provider: Counter['provider'] = (method, path, body) =>
    ask(stack.urls.payments + path, {
      method,
      headers: {
        authorization: `Bearer ${stack.secrets.paymentKey}`,
        'idempotency-key': randomUUID(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  const state: Counter['state'] = async (order) => {
    const [row] = await select<{ state: string }>(
      mysql,
      'SELECT state FROM orders WHERE sale_id = ? AND number = ?',
      order.split('-'),
    )
    return row?.state ?? 'no order'
  }

  return {
    stack,
    call,
    provider,
    state,
    async sell(input) {
      const stores = { mysql, redis, www: stack.env.SLUICE_WWW! }
      const sale = { title: 'a kettle', stock: 10, priceCents: 4900, opensAt: Date.now() - 1000, ...input }
      const { id } = await createSale(stores, sale)
      const isListed = async () =>
        (await call('GET', '/api/sales')).body.some((one: { id: number }) => one.id === id)
      await eventually(isListed, 'a sale that the door knows')
      return id
    },
    async order(sale, buyer) {
      const { status, body } = await call('POST', `/api/sales/${sale}/orders`, {
        ...{ as: buyer, headers: { 'content-type': 'application/json' }, body: '{}' },
      })
      if (status !== 202) throw new Error(`not in line: ${status} ${JSON.stringify(body)}`)
      let order = ''
      await eventually(async () => {
        const ticket = await call('GET', `/api/tickets/${body.ticket}`, { as: buyer })
        order = ticket.body.order ?? ''
        return order !== ''
      }, 'an order')
      return order
    },
    booked: async (sale) =>
      (await provider('GET', '/sandbox/books')).body.payments.filter(({ id }: Booked) =>
        id.startsWith(`${sale}-`),
      ),
    rows: async (sale) =>
      Promise.all(
        ['orders', 'payments', 'payment_events', 'restores'].map((table) =>
          select(mysql, `SELECT * FROM ${table} WHERE sale_id = ? ORDER BY 1, 2`, [sale]),
        ),
      ).then(async (tables) => [
        ...tables,
        await select(mysql, 'SELECT stock, sold, paid FROM sales WHERE id = ?', [sale]),
      ]),
    until: (order, wanted) => eventually(async () => (await state(order)) === wanted, `${order} ${wanted}`),
    async counted(outcome) {
      const texts = await Promise.all(
        stack.ports.gateways.map((port) =>
          fetch(`http://127.0.0.1:${port}/internal/metrics`).then((response) => response.text()),
        ),
      )
      const line = new RegExp(`^sluice_payment_events_total\\{.*outcome="${outcome}".*\\} (\\d+)$`, 'gm')
      return texts
        .flatMap((text) => [...text.matchAll(line)])
        .reduce((sum, match) => sum + Number(match[1]), 0)
    },
    async close() {
      redis.disconnect()
      await mysql.end()
      await stack.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The signature of an event, as docs/openapi-payments.yaml describes it. */
export const signature = (secret: string, body: string, atMs: number = Date.now()): string =>
  `t=${atMs},v1=${createHmac('sha256', secret).update(`${atMs}.${body}`).digest('hex')}`

export async function eventually(
  probe: () => Promise<boolean>,
  what: string,
  withinMs = 20_000,
): Promise<void> {
  for (const deadline = Date.now() + withinMs; !(await probe()); ) {
    if (Date.now() > deadline) throw new Error(`no ${what} after ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}
