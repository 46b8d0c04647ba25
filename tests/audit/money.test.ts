import { afterAll, beforeAll, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { openSale, tellFate, writeGoodBooks, writeOrder } from './books.ts'

let stores: LentStores

beforeAll(async () => {
  stores = await lendStores({ connections: 4 })
})
afterAll(() => stores?.stop())

const sql = (text: string, ...values: unknown[]) => stores.mysql.query(text, values)

async function problemsOf(sale: number): Promise<string[]> {
  const result = await auditSale(stores, sale, [5, 5])
  if (!result) throw new Error(`no sale ${sale}`)
  expect(result.audit.ok).toBe(result.audit.problems.length === 0)
  return result.audit.problems
}

const writePayment = (sale: number, number: number, state: string) =>
  sql(
    `INSERT INTO payments (sale_id, number, amount_cents, currency, state, created_at, updated_at)
     VALUES (?, ?, 990, 'EUR', ?, NOW(3), NOW(3))`,
    ...[sale, number, state],
  )

const writeEvent = (sale: number, number: number) =>
  sql(
    "INSERT INTO payment_events VALUES (?, ?, ?, 'payment.succeeded', NOW(3))",
    ...[`more-${sale}-${number}`, sale, number],
  )

const writeRestore = (sale: number, number: number, quantity: number, reason: string) =>
  sql('INSERT INTO restores VALUES (?, ?, ?, ?, NOW(3))', sale, number, quantity, reason)

/** Brings ticket 5, which awaits its payment, to an end without its unit, in both stores. */
async function endOrder(sale: number, state: 'expired' | 'cancelled' | 'refunding' | 'refunded') {
  await sql('UPDATE orders SET state = ? WHERE sale_id = ? AND number = 5', state, sale)
  await sql('UPDATE sales SET sold = sold - 1 WHERE id = ?', sale)
  await stores.redis.hset(saleKeys(sale).fate, '5', `${state},1,0,1,buyer5`)
  await stores.redis.hincrby(saleKeys(sale).card, 'left', 1)
}

/** What is right, too, in a sale that takes units at the order. */
const RIGHT: [name: string, make: (sale: number) => Promise<unknown>][] = [
  ['an order whose payment is opening', (sale) => writePayment(sale, 5, 'opening')],
  ['an order whose payment is open', (sale) => writePayment(sale, 5, 'open')],
  [
    'an expired order',
    async (sale) => {
      await endOrder(sale, 'expired')
      await writeRestore(sale, 5, 1, 'expired')
    },
  ],
  [
    'a cancelled order with a void payment',
    async (sale) => {
      await endOrder(sale, 'cancelled')
      await writeRestore(sale, 5, 1, 'cancelled')
      await writePayment(sale, 5, 'void')
    },
  ],
  ...(['refunding', 'refunded'] as const).map((state): (typeof RIGHT)[number] => [
    `money that is ${state}`,
    async (sale) => {
      await endOrder(sale, state)
      await writeRestore(sale, 5, 1, 'expired')
      await writePayment(sale, 5, state)
      await writeEvent(sale, 5)
    },
  ]),
  ['an order that expired and was paid late', (sale) => writeRestore(sale, 6, 1, 'expired')],
]

test.each(RIGHT)('%s is right', async (_, make) => {
  const sale = await writeGoodBooks(stores)
  await make(sale)
  expect(await problemsOf(sale)).toEqual([])
})

const UNPAID =
  'payments brought in 0 cents, but the orders that are paid, refunded or being refunded are for 990'
const PAID = '#6 is paid for 990 EUR cents, but'

/** One fault a case, and every sentence that must then be told (`#` stands for `ticket SALE-`). */
const FAULTS: [name: string, breakIt: (sale: number) => Promise<unknown>, problems: string[]][] = [
  [
    'paid off by one',
    (sale) => sql('UPDATE sales SET paid = 2 WHERE id = ?', sale),
    ['MySQL counts 2 units as paid, but the paid orders are of 1'],
  ],
  [
    'a paid order without a payment',
    async (sale) => {
      await sql('DELETE FROM payment_events WHERE sale_id = ?', sale)
      await sql('DELETE FROM payments WHERE sale_id = ?', sale)
    },
    [UNPAID, `${PAID} has no payment`],
  ],
  [
    'a paid order whose money went back',
    (sale) => sql("UPDATE payments SET state = 'refunded' WHERE sale_id = ?", sale),
    [`${PAID} its payment is refunded for 990 EUR cents`],
  ],
  [
    'a payment of another amount',
    (sale) => sql('UPDATE payments SET amount_cents = 99 WHERE sale_id = ?', sale),
    [UNPAID.replace(' 0 ', ' 99 '), `${PAID} its payment is succeeded for 99 EUR cents`],
  ],
  [
    'a payment of another currency',
    (sale) => sql("UPDATE payments SET currency = 'USD' WHERE sale_id = ?", sale),
    [`${PAID} its payment is succeeded for 990 USD cents`],
  ],
  [
    'a charge without goods',
    async (sale) => {
      await endOrder(sale, 'expired')
      await writeRestore(sale, 5, 1, 'expired')
      await writePayment(sale, 5, 'succeeded')
      await writeEvent(sale, 5)
    },
    [
      UNPAID.replace(' 0 ', ' 1980 '),
      '#5 is expired for 990 EUR cents, but its payment is succeeded for 990 EUR cents',
    ],
  ],
  [
    'a payment that is void while its order awaits it',
    (sale) => writePayment(sale, 5, 'void'),
    ['#5 is awaiting_payment for 990 EUR cents, but its payment is void for 990 EUR cents'],
  ],
  [
    'money that no event brought',
    (sale) => sql('DELETE FROM payment_events WHERE sale_id = ?', sale),
    ['#6 has a payment that is succeeded, but no event says that it came in'],
  ],
  [
    'an event without its effect',
    async (sale) => {
      await writePayment(sale, 5, 'open')
      await writeEvent(sale, 5)
    },
    ['#5 has a payment that is open, though an event says that it came in'],
  ],
  [
    'an expired order that kept its unit',
    (sale) => endOrder(sale, 'expired'),
    ['#5 is expired, but its 1 units were not given back'],
  ],
  [
    'a unit given back for another reason',
    async (sale) => {
      await endOrder(sale, 'cancelled')
      await writeRestore(sale, 5, 1, 'expired')
    },
    ['#5 is cancelled with 1 units, but 1 were given back as expired'],
  ],
  [
    'more units given back than held',
    async (sale) => {
      await endOrder(sale, 'expired')
      await writeRestore(sale, 5, 2, 'expired')
    },
    ['#5 is expired with 1 units, but 2 were given back as expired'],
  ],
  [
    'a unit given back by an order that holds it',
    (sale) => writeRestore(sale, 5, 1, 'expired'),
    ['#5 is awaiting_payment with 1 units, but 1 were given back as expired'],
  ],
  [
    'an order that takes its unit at another time than its sale says',
    (sale) => sql('UPDATE orders SET takes_when_paid = 1 WHERE sale_id = ? AND number = 6', sale),
    ['#6 takes its units when it is paid, but its sale takes them at the order'],
  ],
]

test.each(FAULTS)('%s', async (_, breakIt, problems) => {
  const sale = await writeGoodBooks(stores)
  await breakIt(sale)
  expect(await problemsOf(sale)).toEqual(problems.map((problem) => problem.replace('#', `ticket ${sale}-`)))
})

test('the line is told when nothing can come back', async () => {
  const sale = await openSale(stores, 1, 1)
  await writeOrder(stores, sale, 1, 'paid')
  await tellFate(stores, sale, 1, 'paid')
  await stores.redis.zrem(saleKeys(sale).line, 'buyer1')
  await stores.redis.hset(saleKeys(sale).card, 'waiting', 1)
  expect(await problemsOf(sale)).toEqual(['every unit is paid, but Redis does not say so to the line'])
  await stores.redis.hset(saleKeys(sale).card, 'ending', 'sold_out')
  expect(await problemsOf(sale)).toEqual([])
})
