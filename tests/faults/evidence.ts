import { request } from 'undici'
import type { Audit } from '../../contract/console/audit.ts'
import { type Pool, select } from '../../platform/mysql.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Buyer } from './buyer.ts'
import type { Receipt } from './receipts.ts'

export interface OrderRow {
  number: number
  buyer: string
  quantity: number
  state: string
  units: number
  amount_cents: number
  takes_when_paid: number
  created_at: Date
  updated_at: Date
  /** When its units came back; null where they did not. */
  restored_at: Date | null
}

export interface RefusalRow {
  number: number
  buyer: string
  state: string
  created_at: Date
}

/** A payment in the provider's own books. */
export interface Charge {
  id: string
  state: string
  chargedCents: number
  refundedCents: number
}

/** Everything that is known of a seed when it is over. */
export interface Evidence {
  sale: number
  stock: number
  receipts: Receipt[]
  orders: OrderRow[]
  refusals: RefusalRow[]
  charges: Charge[]
  /** What the watch saw while it ran. */
  seen: string[]
  /** Buyers who came to pay and were not served. */
  unserved: Buyer[]
  /** Whether it came to rest by itself in its time. */
  settled: boolean
  /** By fault, in ms; undefined: not within the time that was waited. */
  recoveries: { fault: string; ms: number | undefined }[]
  audit: Audit | undefined
}

export const readOrders = (mysql: Pool, sale: number): Promise<OrderRow[]> =>
  select(
    mysql,
    `SELECT o.number, o.buyer, o.quantity, o.state, o.units, o.amount_cents, o.takes_when_paid, o.created_at,
       o.updated_at, r.created_at AS restored_at
     FROM orders o LEFT JOIN restores r ON r.sale_id = o.sale_id AND r.number = o.number
     WHERE o.sale_id = ? ORDER BY o.number`,
    [sale],
  )

export const readRefusals = (mysql: Pool, sale: number): Promise<RefusalRow[]> =>
  select(mysql, 'SELECT number, buyer, state, created_at FROM refusals WHERE sale_id = ? ORDER BY number', [
    sale,
  ])

export async function readCharges({ ports, secrets }: Stack, sale: number): Promise<Charge[]> {
  const { body } = await request(`http://127.0.0.1:${ports.sandbox}/sandbox/books`, {
    headers: { authorization: `Bearer ${secrets.paymentKey}` },
  })
  const { payments } = (await body.json()) as { payments: Charge[] }
  return payments.filter(({ id }) => id.startsWith(`${sale}-`))
}
