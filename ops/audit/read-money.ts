import type { PaymentState } from '../../contract/payments/payment-row.ts'
import type { OrderState } from '../../contract/words.ts'
import { type Db, select } from '../../platform/mysql.ts'

/** What MySQL says of a sale's payments, and of the units that orders gave back. Money is whole cents. */
export interface MoneyBooks {
  /** What came in, by the payments; and the amounts of the orders that it must be: paid, refunded, being refunded. */
  cameIn: number
  explained: number
  /** Orders whose payment is not what their state says; some of them. */
  wrongPayments: WrongPayment[]
  /** Payments that came in without an event, or have one and did not come in; some of them. */
  wrongEvents: { number: number; payment: PaymentState; events: number }[]
  /** Orders that gave units back and should not have, or the other way round; some of them. */
  wrongRestores: WrongRestore[]
  /** Orders that take their units at another time than their sale says; some of them. */
  wrongTaking: { number: number; whenPaid: boolean }[]
}

interface WrongPayment {
  number: number
  state: OrderState
  amountCents: number
  currency: string
  /** null: it has none. */
  payment: { state: PaymentState; amountCents: number; currency: string } | null
}

interface WrongRestore {
  number: number
  state: OrderState
  quantity: number
  /** null: it gave nothing back. */
  restore: { quantity: number; reason: string } | null
}

const CAME_IN = "('succeeded','refunding','refunded')"

/** Call it in the snapshot that the rest of the sale is read in; at most `most` of each kind of fault. */
export async function readMoney(db: Db, id: number, whenPaid: boolean, most: number): Promise<MoneyBooks> {
  const [sums] = await select<{ came_in: string; explained: string }>(
    db,
    `SELECT (SELECT COALESCE(SUM(amount_cents), 0) FROM payments WHERE sale_id = ? AND state IN ${CAME_IN}) AS came_in,
            (SELECT COALESCE(SUM(amount_cents), 0) FROM orders
             WHERE sale_id = ? AND state IN ('paid','refunding','refunded')) AS explained`,
    [id, id],
  )
  return {
    cameIn: Number(sums!.came_in),
    explained: Number(sums!.explained),
    wrongPayments: await readWrongPayments(db, id, most),
    wrongEvents: await readWrongEvents(db, id, most),
    wrongRestores: await readWrongRestores(db, id, most),
    wrongTaking: await readWrongTaking(db, id, whenPaid, most),
  }
}

async function readWrongPayments(db: Db, id: number, most: number): Promise<WrongPayment[]> {
  const rows = await select<{
    number: number
    state: OrderState
    amount_cents: number
    currency: string
    payment: PaymentState | null
    payment_cents: number
    payment_currency: string
  }>(
    db,
    `SELECT o.number, o.state, o.amount_cents, o.currency,
            p.state AS payment, p.amount_cents AS payment_cents, p.currency AS payment_currency
     FROM orders o LEFT JOIN payments p ON p.sale_id = o.sale_id AND p.number = o.number
     WHERE o.sale_id = ? AND (COALESCE(p.amount_cents <> o.amount_cents OR p.currency <> o.currency, 0)
       OR NOT CASE o.state
         WHEN 'paid' THEN COALESCE(p.state, '') = 'succeeded'
         WHEN 'refunding' THEN COALESCE(p.state, '') = 'refunding'
         WHEN 'refunded' THEN COALESCE(p.state, '') = 'refunded'
         WHEN 'awaiting_payment' THEN COALESCE(p.state, 'open') IN ('opening','open')
         WHEN 'expiring' THEN COALESCE(p.state, '') IN ('opening','open')
         ELSE COALESCE(p.state, 'void') = 'void' END)
     ORDER BY o.number LIMIT ${most}`,
    [id],
  )
  return rows.map((row) => ({
    ...{ number: Number(row.number), state: row.state, currency: row.currency },
    amountCents: Number(row.amount_cents),
    payment: row.payment && {
      ...{ state: row.payment, amountCents: Number(row.payment_cents), currency: row.payment_currency },
    },
  }))
}

async function readWrongEvents(db: Db, id: number, most: number): Promise<MoneyBooks['wrongEvents']> {
  const rows = await select<{ number: number; payment: PaymentState; events: number }>(
    db,
    `SELECT p.number, p.state AS payment, COUNT(e.event_id) AS events
     FROM payments p LEFT JOIN payment_events e ON e.sale_id = p.sale_id AND e.number = p.number
     WHERE p.sale_id = ? GROUP BY p.number, p.state
     HAVING (payment IN ${CAME_IN}) <> (events > 0) ORDER BY p.number LIMIT ${most}`,
    [id],
  )
  return rows.map((row) => ({ ...row, number: Number(row.number), events: Number(row.events) }))
}

async function readWrongRestores(db: Db, id: number, most: number): Promise<WrongRestore[]> {
  const rows = await select<{
    number: number
    state: OrderState
    quantity: number
    given: number
    reason: string | null
  }>(
    db,
    `SELECT o.number, o.state, o.quantity, r.quantity AS given, r.reason
     FROM orders o LEFT JOIN restores r ON r.sale_id = o.sale_id AND r.number = o.number
     WHERE o.sale_id = ? AND (COALESCE(r.quantity <> o.quantity, 0) OR NOT CASE
       WHEN o.takes_when_paid = 1 OR o.state IN ('awaiting_payment','expiring') THEN r.reason IS NULL
       WHEN o.state IN ('paid','expired') THEN COALESCE(r.reason, IF(o.state = 'paid', 'expired', '')) = 'expired'
       WHEN o.state = 'cancelled' THEN COALESCE(r.reason, '') = 'cancelled'
       ELSE r.reason IS NOT NULL END)
     ORDER BY o.number LIMIT ${most}`,
    [id],
  )
  return rows.map(({ number, state, quantity, given, reason }) => ({
    ...{ number: Number(number), state, quantity },
    restore: reason === null ? null : { quantity: given, reason },
  }))
}

async function readWrongTaking(
  db: Db,
  id: number,
  whenPaid: boolean,
  most: number,
): Promise<MoneyBooks['wrongTaking']> {
  const rows = await select<{ number: number }>(
    db,
    `SELECT number FROM orders WHERE sale_id = ? AND takes_when_paid <> ? ORDER BY number LIMIT ${most}`,
    [id, whenPaid ? 1 : 0],
  )
  return rows.map(({ number }) => ({ number: Number(number), whenPaid: !whenPaid }))
}
