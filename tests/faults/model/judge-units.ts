import type { Evidence, OrderRow } from '../evidence.ts'
import type { Problem } from './problem.ts'

/** A clock of a worker and the commit of another are so far apart at most. */
const GRACE_MS = 10_000

/** No unit sold twice, none left over while somebody wanted it, one order a buyer. */
export function judgeUnits(evidence: Evidence): Problem[] {
  const { stock, orders, refusals, seen, unserved, receipts } = evidence
  const problems: Problem[] = seen.map((text) => ({
    kind: text.startsWith('duplicate') ? 'duplicate' : 'oversold',
    text,
  }))

  const held = orders.reduce((sum, { units }) => sum + units, 0)
  if (held > stock) problems.push({ kind: 'oversold', text: `${held} units sold in the end, of ${stock}` })
  const toldPaid = new Set(receipts.filter(({ state }) => state === 'paid').map(({ order }) => order))
  if (toldPaid.size > stock)
    problems.push({
      kind: 'oversold',
      text: `${toldPaid.size} orders were told to be paid, of ${stock} units`,
    })

  if (held < stock && unserved.length > 0)
    problems.push({
      kind: 'unsold',
      text: `${stock - held} units left over, while ${unserved.length} buyers still wanted one (${unserved
        .slice(0, 3)
        .map(({ name }) => name)
        .join(', ')})`,
    })
  if (orders.every(({ takes_when_paid }) => takes_when_paid === 0)) {
    for (const { number, state, created_at } of refusals) {
      if (state === 'sold_out' && mostHeld(orders, created_at.getTime()) < stock)
        problems.push({ kind: 'unsold', text: `ticket ${number} was told sold_out while units were free` })
    }
  }

  const owners = orders.filter(({ units }) => units > 0).map(({ buyer }) => buyer)
  for (const buyer of new Set(owners.filter((one, i) => owners.indexOf(one) !== i)))
    problems.push({ kind: 'duplicate', text: `${buyer} has several orders` })
  return problems
}

/** How many units were held at most around a time. */
function mostHeld(orders: OrderRow[], at: number): number {
  const moves = orders.flatMap(({ quantity, created_at, restored_at, state, updated_at }) => [
    { at: created_at.getTime(), units: quantity },
    ...(restored_at ? [{ at: restored_at.getTime(), units: -quantity }] : []),
    // A late payment claimed a unit again.
    ...(restored_at && state === 'paid' ? [{ at: updated_at.getTime(), units: quantity }] : []),
  ])
  moves.sort((a, b) => a.at - b.at || b.units - a.units)
  let held = 0
  let most = 0
  for (const move of moves) {
    const before = held
    held += move.units
    if (move.at >= at - GRACE_MS) most = Math.max(most, before, held)
    if (move.at > at + GRACE_MS) break
  }
  return Math.max(most, held)
}
