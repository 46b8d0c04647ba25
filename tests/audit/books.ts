import { joinLine } from '../../contract/line/join.ts'
import { leaveLine, releaseDue } from '../../contract/line/release.ts'
import { recordFates, reserveBatch } from '../../contract/line/reserve.ts'
import type { OrderState, RefusedState } from '../../contract/words.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import { type Db, type Pool, transaction } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'

export interface Stores {
  mysql: Pool
  redis: Redis
}

export const buyerOf = (number: number) => `buyer${number}`

const STEP = { leaseMs: 60_000, flightWindow: 1000, messageTickets: 1000 }

/** What the workers write for a ticket that won, in one transaction. */
export const writeOrder = (
  { mysql }: Stores,
  sale: number,
  number: number,
  state: OrderState,
): Promise<void> =>
  transaction(mysql, async (db) => {
    const at = new Date()
    await db.query('UPDATE sales SET sold = sold + 1 WHERE id = ?', [sale])
    await db.query('INSERT INTO orders SET ?', {
      ...{
        sale_id: sale,
        number,
        buyer: buyerOf(number),
        quantity: 1,
        amount_cents: 990,
        currency: 'EUR',
        state,
      },
      ...{ pay_by: at, released_at: at, created_at: at },
    })
    if (state === 'paid') await writePayment(db, sale, number, at)
  })

async function writePayment(db: Db, sale: number, number: number, at: Date): Promise<void> {
  await db.query('UPDATE sales SET paid = paid + 1 WHERE id = ?', [sale])
  await db.query('INSERT INTO payments SET ?', {
    ...{ sale_id: sale, number, amount_cents: 990, currency: 'EUR', state: 'succeeded' },
    ...{ created_at: at, updated_at: at },
  })
  await db.query('INSERT INTO payment_events SET ?', {
    ...{
      event_id: `event-${sale}-${number}`,
      sale_id: sale,
      number,
      kind: 'payment.succeeded',
      received_at: at,
    },
  })
}

export async function writeRefusal(
  { mysql }: Stores,
  sale: number,
  number: number,
  state: RefusedState,
): Promise<void> {
  const created_at = new Date()
  const row = { sale_id: sale, number, buyer: buyerOf(number), quantity: 1, state, created_at }
  await mysql.query('INSERT INTO refusals SET ?', row)
}

export const tellFate = ({ redis }: Stores, sale: number, number: number, state: OrderState | RefusedState) =>
  recordFates(redis, sale, [
    {
      number,
      buyer: buyerOf(number),
      quantity: 1,
      state,
      payBy: 0,
      version: 1,
    },
  ])

/** A new sale with as many in its line as it takes. */
export async function openSale(stores: Stores, stock: number, standby: number): Promise<number> {
  const { id } = await createSale(stores, {
    ...{ title: 'an umbrella', stock, standby, priceCents: 990, release: 'auto', opensAt: Date.now() - 1000 },
  })
  await joinMore(stores, id, 1, stock + standby)
  return id
}

export async function joinMore({ redis }: Stores, sale: number, first: number, last: number): Promise<void> {
  const clicks = Array.from({ length: last - first + 1 }, (_, i) => ({
    buyer: buyerOf(first + i),
    quantity: 1,
  }))
  await joinLine(redis, sale, clicks)
}

export const reserve = ({ redis }: Stores, sale: number, numbers: number[]) =>
  reserveBatch(
    redis,
    sale,
    numbers.map((number) => ({ number, buyer: buyerOf(number), quantity: 1 })),
  )

export const release = ({ redis }: Stores, sale: number) => releaseDue(redis, sale, STEP)

/**
 * The books of a sale in the middle of its life, with something in every place. Stock 10, standby 5:
 * tickets 1 to 5 await payment, 6 is paid, 7 and 8 are reserved without a row, 9 and 10 are in flight, 11 to 14 wait,
 * 15 has left.
 */
export async function writeGoodBooks(stores: Stores): Promise<number> {
  const sale = await openSale(stores, 10, 5)
  await release(stores, sale)
  await leaveLine(stores.redis, sale, { number: 15, buyer: buyerOf(15) }, STEP.leaseMs)
  await reserve(stores, sale, [1, 2, 3, 4, 5, 6, 7, 8])
  for (let number = 1; number <= 6; number++) {
    const state = number === 6 ? 'paid' : 'awaiting_payment'
    await writeOrder(stores, sale, number, state)
    await tellFate(stores, sale, number, state)
  }
  await writeRefusal(stores, sale, 15, 'left')
  await tellFate(stores, sale, 15, 'left')
  return sale
}
