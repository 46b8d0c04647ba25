import assert from 'node:assert/strict'
import { ORDER_EDGES } from '../../contract/orders/order-edges.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { type Model, type ModelOrder, paid, sold } from './model.ts'
import { type BookedOrder, type Books, readBooks } from './read-books.ts'
import { orderName, type Shop } from './shop.ts'

/**
 * Compares everything with the model, and with what holds at every instant. `before`: the books before the last step.
 * `edges`: how many edges an order may have moved since then.
 */
export async function checkAll(shop: Shop, model: Model, before: Books, edges: number): Promise<Books> {
  const books = await readBooks(shop)
  checkUnits(books)
  checkMoves(before, books, edges)
  checkMoney(shop, books)
  const believed = [...model.orders.values()].map(asBooked)
  const real = [...books.orders.values()].map(({ number, buyer, quantity, state, payment, restored }) => ({
    ...{ number, buyer, quantity, state, payment: payment ?? 'none', restored: restored !== null },
  }))
  assert.deepEqual(
    real,
    believed.sort((a, b) => a.number - b.number),
    'orders and the model differ',
  )
  assert.deepEqual([...books.refusals].sort(), [...model.refusals].sort(), 'refusals and the model differ')
  assert.deepEqual(books.sale, { stock: model.stock, sold: sold(model), paid: paid(model) })
  const told = (await auditSale(shop.stores, shop.sale, []))!.audit.problems
  const mysqlOnly = (problem: string) => !/Redis|flight|line/.test(problem)
  assert.deepEqual(model.untold ? told.filter(mysqlOnly) : told, [], 'the audit finds fault')
  return books
}

const asBooked = ({ number, buyer, quantity, state, payment, restored }: ModelOrder) => ({
  ...{ number, buyer, quantity, state, payment, restored },
})

/** Never oversold, and every count is the sum of its orders; one live order a buyer. */
function checkUnits({ sale, orders }: Books): void {
  const all = [...orders.values()]
  const sum = (of: (order: BookedOrder) => number) => all.reduce((total, order) => total + of(order), 0)
  assert.ok(sum(({ units }) => units) <= sale.stock, 'oversold')
  assert.equal(
    sum(({ units }) => units),
    sale.sold,
    'sales.sold is not the sum of orders.units',
  )
  assert.equal(
    sum(({ state, quantity }) => (state === 'paid' ? quantity : 0)),
    sale.paid,
  )
  const live = all.filter((order) => order.live === 1).map(({ buyer }) => buyer)
  assert.equal(new Set(live).size, live.length, 'a buyer has two live orders')
}

/** Orders move along edges only, one version each; no row goes away, no refusal changes. */
function checkMoves(before: Books, now: Books, edges: number): void {
  for (const [number, old] of before.orders) {
    const order = now.orders.get(number)
    assert.ok(order, `order ${number} is gone`)
    let reachable = new Set([old.state])
    for (let step = 0; step < edges; step++) {
      reachable = new Set([...reachable, ...[...reachable].flatMap((state) => ORDER_EDGES[state])])
    }
    assert.ok(reachable.has(order.state), `order ${number} went from ${old.state} to ${order.state}`)
    assert.ok(order.version >= old.version, `order ${number} went back to version ${order.version}`)
    assert.ok(order.state === old.state || order.version > old.version, `order ${number} kept its version`)
    assert.ok(old.restored === null || order.restored === old.restored, `order ${number} restored twice`)
  }
  for (const [number, state] of before.refusals) assert.equal(now.refusals.get(number), state)
}

/** Money in = goods, refunds and what is under way; nobody is charged twice or refunded twice. */
function checkMoney(shop: Shop, { orders }: Books): void {
  for (const [number, { state, amount_cents }] of orders) {
    const booked = shop.provider.books.get(orderName(shop, number))
    const charged = booked?.state === 'succeeded'
    if (charged) assert.equal(booked.amountCents, Number(amount_cents))
    if (state === 'paid') assert.ok(charged && booked.refunds === 0, `order ${number} has goods and no money`)
    if (state === 'refunded') assert.ok(charged && booked.refunds === 1, `order ${number} got no money back`)
    if (booked?.refunds) assert.equal(state, 'refunded', `order ${number} got its money back and is ${state}`)
  }
}
