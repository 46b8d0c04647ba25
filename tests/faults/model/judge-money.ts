import type { Evidence } from '../evidence.ts'
import type { Problem } from './problem.ts'

/** Every charge has goods or went back, whole; every paid order was charged, once; every "paid" at the provider is known. */
export function judgeMoney({ sale, orders, charges, receipts }: Evidence): Problem[] {
  const problems: Problem[] = []
  const byId = new Map(charges.map((charge) => [charge.id, charge]))
  const rows = new Map(orders.map((order) => [`${sale}-${order.number}`, order]))
  for (const [id, { state, amount_cents }] of rows) {
    const { chargedCents = 0, refundedCents = 0 } = byId.get(id) ?? {}
    const kept = chargedCents - refundedCents
    const due = state === 'paid' ? Number(amount_cents) : 0
    if (kept !== due)
      problems.push({
        kind: 'money',
        text: `order ${id} is ${state}: ${chargedCents} cents were charged and ${refundedCents} given back`,
      })
  }
  for (const { id, chargedCents, refundedCents } of charges)
    if (!rows.has(id) && chargedCents !== refundedCents)
      problems.push({ kind: 'money', text: `payment ${id} was charged and has no order` })
  for (const { what, status, order } of receipts) {
    const state = rows.get(order ?? '')?.state
    if (what === 'pay' && status === 200 && state !== 'paid' && state !== 'refunded')
      problems.push({ kind: 'money', text: `order ${order} was paid for, and is ${state ?? 'nowhere'}` })
  }
  return problems
}
