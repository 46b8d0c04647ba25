import { type Static, Type } from 'typebox'
import { Problem } from '../../contract/errors.ts'
import type { OrderState } from '../../contract/words.ts'
import { type Db, select } from '../../platform/mysql.ts'
import type { App, Services } from '../services.ts'
import { requireBuyer } from './request.ts'

const orderView = Type.Object({
  order: Type.String(),
  sale: Type.Integer(),
  title: Type.String(),
  quantity: Type.Integer(),
  amount: Type.Integer(),
  currency: Type.String(),
  state: Type.String(),
  payBy: Type.Integer(),
  createdAt: Type.Integer(),
})

/** GET /api/orders and /api/orders/{order}: the buyer's own orders, newest first, from MySQL. */
export function orderRoutes(app: App, { mysql, switches }: Services): void {
  app.get(
    '/api/orders',
    { onRequest: requireBuyer, schema: { response: { 200: Type.Array(orderView) } } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return readOrders(mysql, 'o.buyer = ?', [request.buyer], switches.of()['order-records'])
    },
  )

  app.get(
    '/api/orders/:order',
    {
      onRequest: requireBuyer,
      schema: { params: Type.Object({ order: Type.String() }), response: { 200: orderView } },
    },
    async (request, reply) => {
      const id = /^([1-9]\d{0,8})-([1-9]\d{0,15})$/.exec(request.params.order)
      if (!id) throw new Problem('unknown_order')
      const [order] = await readOrders(mysql, 'o.sale_id = ? AND o.number = ? AND o.buyer = ?', [
        Number(id[1]),
        Number(id[2]),
        request.buyer,
      ])
      if (!order) throw new Problem('unknown_order')
      reply.header('cache-control', 'no-store').header('x-ticket-state', order.state)
      return order
    },
  )
}

interface OrderRow {
  sale_id: number
  number: number
  title: string
  quantity: number
  amount_cents: number
  currency: string
  state: OrderState
  pay_by: Date
  created_at: Date
}

async function readOrders(
  db: Db,
  where: string,
  values: unknown[],
  most = 1,
): Promise<Static<typeof orderView>[]> {
  const rows = await select<OrderRow>(
    db,
    `SELECT o.sale_id, o.number, s.title, o.quantity, o.amount_cents, o.currency, o.state, o.pay_by, o.created_at
     FROM orders o JOIN sales s ON s.id = o.sale_id WHERE ${where}
     ORDER BY o.created_at DESC, o.number DESC LIMIT ?`,
    [...values, most],
  )
  return rows.map((row) => ({
    order: `${row.sale_id}-${row.number}`,
    sale: row.sale_id,
    title: row.title,
    quantity: row.quantity,
    amount: Number(row.amount_cents),
    currency: row.currency,
    state: row.state,
    payBy: row.pay_by.getTime(),
    createdAt: row.created_at.getTime(),
  }))
}
