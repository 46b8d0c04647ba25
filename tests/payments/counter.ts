import { createHmac, randomUUID } from 'node:crypto'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import { select } from '../../platform/mysql.ts'
import type { Stack } from '../../stack/stack.ts'
import { lendStack, openShop } from '../lend-stack.ts'

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

/** A stack of one's own: it counts its events, and its provider is told to behave badly. */
export async function openCounter(): Promise<Counter> {
  const stack = await lendStack({ gateways: 2, workers: 1 })
  const shop = await openShop(stack)
  const { mysql } = shop

  const ask = async (url: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) })
    const text = await response.text()
    const json = /json/.test(response.headers.get('content-type') ?? '') && text !== ''
    return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers }
  }
  const call: Counter['call'] = (method, path, { as, headers, body } = {}) =>
    ask(stack.urls.flash + path, {
      method,
      headers: { ...(as === undefined ? {} : { authorization: `Bearer ${shop.token(as)}` }), ...headers },
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
    sell: (input) => shop.sell({ title: 'a kettle', priceCents: 4900, ...input }),
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
      await shop.close()
      await stack.stop()
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
