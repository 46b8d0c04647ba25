import type { ResultSetHeader } from 'mysql2'
import { lockOrder, moveOrder } from '../../contract/orders/move-order.ts'
import type { OrderKey, OrderRow } from '../../contract/orders/order-row.ts'
import { tellOrders } from '../../contract/orders/tell-orders.ts'
import { concludeUnpaid } from '../../contract/payments/conclude-unpaid.ts'
import { lockPayment, type PaymentState, paymentId, setPayment } from '../../contract/payments/payment-row.ts'
import { OPENING_MS, type PaymentProvider } from '../../contract/payments/provider.ts'
import { settlePayment } from '../../contract/payments/settle-payment.ts'
import { allPaid, readSale } from '../../contract/sales.ts'
import { type Db, type Pool, select, transaction } from '../../platform/mysql.ts'
import type { Backends } from '../orders/serve-batch.ts'

/** How long one worker may take over a payment before another asks too; asking twice is harmless. */
const LEASE_MS = 30_000
const MOST_AT_ONCE = 20
const LONGEST_WAIT_MS = 60_000

interface Due extends OrderKey {
  state: PaymentState
  asked: number
  createdAt: number
}

type Ended = { order: OrderRow; final: number } | undefined

/**
 * Asks the provider about payments that are not settled, and gives back money that has no goods. Where the provider does
 * not know or does not answer nothing is decided: the unit is kept, and it is asked again, later each time.
 * @returns how many it asked about.
 */
export async function askProvider(backends: Backends, provider: PaymentProvider): Promise<number> {
  const { mysql, redis, log } = backends
  const due = await takeDue(mysql)
  await Promise.all(
    due.map(async (payment) => {
      try {
        const ended = await (payment.state === 'refunding'
          ? refund(mysql, provider, payment)
          : endExpiring(mysql, provider, payment))
        if (ended) {
          const { number, state } = ended.order
          log.info({ sale: payment.sale, number, state }, 'the provider has answered')
          await tellOrders(redis, payment.sale, [ended.order], ended.final).catch((error) =>
            log.warn(
              { err: error, sale: payment.sale, number: payment.number },
              'order not told, reconciliation will',
            ),
          )
        }
      } catch (error) {
        log.warn(
          { err: error, sale: payment.sale, number: payment.number, asked: payment.asked },
          'payment still not known',
        )
        const wait = Math.min(1_000 * 2 ** payment.asked, LONGEST_WAIT_MS)
        await askLater(mysql, payment, wait)
      }
    }),
  )
  return due.length
}

/** Payments whose time to be asked about has come; each is taken by one worker, for a while. */
async function takeDue(mysql: Pool): Promise<Due[]> {
  const now = new Date()
  const rows = await select<{
    sale_id: number
    number: number
    state: PaymentState
    asked: number
    ask_at: Date
    created_at: Date
  }>(
    mysql,
    `SELECT sale_id, number, state, asked, ask_at, created_at FROM payments
     WHERE ask_at <= ? ORDER BY ask_at LIMIT ${MOST_AT_ONCE}`,
    [now],
  )
  const taken = await Promise.all(
    rows.map(async (row): Promise<Due | undefined> => {
      const [result] = await mysql.query<ResultSetHeader>(
        // By its primary key, as everybody else locks a payment: by the index of ask_at it could deadlock with them.
        `UPDATE payments FORCE INDEX (PRIMARY) SET ask_at = ?, asked = asked + 1
         WHERE sale_id = ? AND number = ? AND ask_at = ? AND asked = ?`,
        [new Date(now.getTime() + LEASE_MS), row.sale_id, row.number, row.ask_at, row.asked],
      )
      if (result.affectedRows !== 1) return undefined
      return {
        ...{ sale: row.sale_id, number: Number(row.number), state: row.state, asked: row.asked },
        createdAt: row.created_at.getTime(),
      }
    }),
  )
  return taken.filter((payment) => payment !== undefined)
}

/** An order whose time is over: the provider makes its payment void, or says that it succeeded. */
async function endExpiring(mysql: Pool, provider: PaymentProvider, payment: Due): Promise<Ended> {
  const answer = await provider.void(paymentId(payment))
  if (answer === 'succeeded') {
    const settled = await settlePayment(mysql, {
      ...{ sale: payment.sale, number: payment.number, charged: undefined },
      ...{ eventId: `asked-${paymentId(payment)}`, kind: 'asked.succeeded' },
    })
    return 'order' in settled ? settled : undefined
  }
  if (answer === 'unknown' && Date.now() - payment.createdAt < OPENING_MS) {
    throw new Error('the provider does not know the payment yet')
  }
  return concludeUnpaid(mysql, payment, 'expired', 'void')
}

async function refund(mysql: Pool, provider: PaymentProvider, payment: Due): Promise<Ended> {
  await provider.refund(paymentId(payment))
  return transaction(mysql, async (db): Promise<Ended> => {
    const sale = await readSale(db, payment.sale, 'lock')
    const order = sale && (await lockOrder(db, payment))
    const row = order && (await lockPayment(db, payment))
    if (!sale || !order || row?.state !== 'refunding') return undefined
    await setPayment(db, payment, 'refunded')
    const moved = await moveOrder(db, order, 'refunded')
    if (sale.phase === 'settled') await tellOfRefund(db, payment)
    return moved && { order: moved, final: allPaid(sale) }
  })
}

/** Money that came in after the shop had closed its accounts of the sale, and went back: it hears of that too. */
const tellOfRefund = async (db: Db, { sale, number }: OrderKey): Promise<void> => {
  const now = new Date()
  await db.query(
    `INSERT INTO outbox (sale_id, number, kind, sku, buyer, quantity, amount_cents, currency, happened_at, created_at)
     SELECT o.sale_id, o.number, 'refunded', s.sku, o.buyer, o.quantity, o.amount_cents, o.currency, ?, ?
     FROM orders o JOIN sales s ON s.id = o.sale_id WHERE o.sale_id = ? AND o.number = ?`,
    [now, now, sale, number],
  )
}

const askLater = async (mysql: Pool, { sale, number }: OrderKey, waitMs: number): Promise<void> => {
  await mysql.query(
    'UPDATE payments SET ask_at = ? WHERE sale_id = ? AND number = ? AND ask_at IS NOT NULL',
    [new Date(Date.now() + waitMs), sale, number],
  )
}
