import { describe, expect, test } from 'vitest'
import type { Evidence, OrderRow } from './evidence.ts'
import type { Wrong } from './model/problem.ts'
import { judge, RECOVER_WITHIN_MS } from './model.ts'
import type { Receipt } from './receipts.ts'

const order = (number: number, state: string, changes: Partial<OrderRow> = {}): OrderRow => ({
  ...{ number, buyer: `b${number}`, quantity: 1, state, units: state === 'paid' ? 1 : 0 },
  ...{ amount_cents: 990, takes_when_paid: 0, created_at: new Date(1_000), updated_at: new Date(2_000) },
  ...{ restored_at: state === 'expired' ? new Date(2_000) : null },
  ...changes,
})

const told = (number: number, at: number, state: string, changes: Partial<Receipt> = {}): Receipt => ({
  ...{ askedAt: at - 1, at, buyer: `b${number}`, what: 'poll', status: 200, ticket: `t${number}`, state },
  ...(['waiting', 'sold_out'].includes(state) ? {} : { order: `1-${number}` }),
  ...changes,
})

const joined = (number: number): Receipt => {
  const { state: _, order: __, ...receipt } = told(number, 1, 'waiting')
  return { ...receipt, what: 'join', status: 202, number }
}

/** Two units; the first buyer paid, the second did not, the third paid for the unit that came back, the fourth got none. */
const good = (): Evidence => ({
  ...{ sale: 1, stock: 2, seen: [], unserved: [], settled: true },
  orders: [order(1, 'paid'), order(2, 'expired'), order(3, 'paid', { created_at: new Date(2_001) })],
  refusals: [{ number: 4, buyer: 'b4', state: 'sold_out', created_at: new Date(3_000) }],
  receipts: [
    ...[1, 2, 3, 4].map(joined),
    ...[told(1, 10, 'awaiting_payment'), told(1, 20, 'paid'), told(2, 10, 'awaiting_payment')],
    ...[told(2, 20, 'expired'), told(3, 10, 'waiting'), told(3, 20, 'paid'), told(4, 20, 'sold_out')],
  ],
  charges: [1, 3].map((n) => ({ id: `1-${n}`, state: 'succeeded', chargedCents: 990, refundedCents: 0 })),
  recoveries: [{ fault: 'a fault', ms: RECOVER_WITHIN_MS }],
  audit: { problems: [] } as unknown as Evidence['audit'],
})

test('good evidence is green', () => expect(judge(good())).toEqual([]))

describe('each kind of wrong is red', () => {
  const cases: [name: string, kind: Wrong, spoil: (evidence: Evidence) => void][] = [
    ['more sold than there is', 'oversold', (e) => e.orders.push(order(5, 'paid'))],
    ['more held at one instant', 'oversold', (e) => e.seen.push('oversold: 3 of 2')],
    [
      'a unit left over while somebody wants it',
      'unsold',
      (e) => {
        e.stock = 3
        e.unserved.push({ name: 'b9', intent: 'pay', tabs: 1 })
      },
    ],
    [
      'told sold_out while units were free',
      'unsold',
      (e) => {
        e.stock = 9
      },
    ],
    ['a ticket that nobody ever heard of again', 'lost', (e) => e.receipts.push(joined(6))],
    ['a ticket that ends on its way', 'lost', (e) => e.receipts.push(joined(6), told(6, 9, 'released'))],
    ['a ticket that is called unknown', 'lost', (e) => e.receipts.push(told(1, 15, 'x', { status: 404 }))],
    ['a buyer with two orders', 'duplicate', (e) => (e.orders[2]!.buyer = 'b1')],
    [
      'a number given twice',
      'duplicate',
      (e) => e.receipts.push({ ...joined(1), buyer: 'b9', ticket: 't9' }),
    ],
    [
      'from paid back',
      'backwards',
      (e) => e.receipts.push(told(1, 25, 'awaiting_payment'), told(1, 30, 'paid')),
    ],
    ['from a final answer to another', 'backwards', (e) => e.receipts.push(told(4, 15, 'left'))],
    ['another answer than the row', 'untrue', (e) => (e.refusals[0]!.state = 'closed')],
    ['an order that has no row', 'untrue', (e) => e.orders.splice(0, 1)],
    ['paid and not charged', 'money', (e) => e.charges.pop()],
    ['charged and expired', 'money', (e) => (e.charges[0]!.id = '1-2')],
    ['charged without an order', 'money', (e) => (e.charges[0]!.id = '1-77')],
    ['slow to come back', 'recovery', (e) => (e.recoveries[0]!.ms = RECOVER_WITHIN_MS + 1)],
    ['never back', 'recovery', (e) => (e.recoveries[0]!.ms = undefined)],
    ['never at rest', 'unsettled', (e) => (e.settled = false)],
    ['a red audit', 'audit', (e) => e.audit?.problems.push('ticket 1-1 is nowhere')],
  ]
  test.each(cases)('%s: %s', (_name, kind, spoil) => {
    const evidence = good()
    spoil(evidence)
    expect(judge(evidence).map((problem) => problem.kind)).toContain(kind)
  })
})
