import assert from 'node:assert/strict'
import fc from 'fast-check'
import { JOIN, joinLine, reenterLine } from '../../contract/line/join.ts'
import { leaveLine } from '../../contract/line/release.ts'
import type { OrderRow } from '../../contract/orders/move-order.ts'
import { tellOrders } from '../../contract/orders/tell-orders.ts'
import { preloadSale } from '../../contract/preload.ts'
import type { ReleaseMessage } from '../../contract/release-message.ts'
import { nothingComesBack } from '../../contract/sales.ts'
import { stepPhase } from '../../ops/change-phase.ts'
import { askProvider } from '../../workers/payments/ask-provider.ts'
import { expireOverdue } from '../../workers/payments/expire-overdue.ts'
import type { Reconciler } from '../../workers/reconcile/reconcile.ts'
import { checkAll } from './check.ts'
import type { Model, ModelOrder } from './model.ts'
import * as life from './model.ts'
import type { Books } from './read-books.ts'
import type { Mood } from './scripted-provider.ts'
import {
  cancelOrder,
  openPayment,
  orderName,
  passADay,
  releaseAll,
  type Shop,
  sendWebhook,
  serve as serveMessage,
} from './shop.ts'

/** The real system, and what a test remembers of it. */
export interface Real {
  shop: Shop
  reconciler: Reconciler
  /** Every message that the broker ever got; any of them may come again. */
  messages: ReleaseMessage[]
  /** Everything that was ever to be told of an order, to be told again, late. */
  tellings: { row: OrderRow; final: boolean }[]
  books: Books
}

type Step = fc.AsyncCommand<Model, Real>
export type Ears = 'deaf' | undefined

/** One step: it says how the model moves and does the same to the real thing; then everything is compared. */
function step(name: string, run: (model: Model, real: Real) => Promise<void>, edges = 1): Step {
  return {
    check: () => true,
    async run(model, real) {
      await run(model, real)
      real.books = await checkAll(real.shop, model, real.books, edges)
      remember(real)
    },
    toString: () => name,
  }
}

function remember({ shop, books, tellings }: Real): void {
  for (const order of books.orders.values()) {
    const known = tellings.some(({ row }) => row.number === order.number && row.version === order.version)
    if (known) continue
    const { number, buyer, quantity, currency, state, version } = order
    const row: OrderRow = {
      ...{ sale: shop.sale, number, buyer, quantity, currency, state, version, takesWhenPaid: false },
      ...{ amountCents: Number(order.amount_cents), payBy: order.pay_by.getTime() },
    }
    tellings.push({ row, final: nothingComesBack(books.sale) })
  }
}

const pick = <T>(from: Iterable<T>, index: number): T | undefined => {
  const all = [...from]
  return all.length === 0 ? undefined : all[index % all.length]
}

const backendsOf = ({ shop }: Real, ears: Ears) => (ears === 'deaf' ? shop.deaf : shop.backends)

const join = (buyer: string, quantity: number): Step =>
  step(`join(${buyer}, ${quantity})`, async (model, { shop }) => {
    const { answers } = await joinLine(shop.stores.redis, shop.sale, [{ buyer, quantity }])
    const { code, number } = answers[0]!
    if (code === JOIN.joined) {
      assert.ok(number > Math.max(0, ...model.tickets.keys()), `number ${number} was handed out before`)
      assert.ok(model.untold || !life.liveOrderOf(model, buyer), `${buyer} has an order and got a new ticket`)
      model.tickets.set(number, { buyer, quantity })
    } else if (code === JOIN.again) {
      assert.equal(model.tickets.get(number)?.buyer, buyer, 'a ticket of somebody else')
    } else {
      assert.ok(code === JOIN.lineFull || code === JOIN.soldOut, `join answered ${code}`)
      if (code === JOIN.soldOut && !model.untold)
        assert.ok(life.room(model) <= 0 || nothingComesBack({ stock: model.stock, paid: life.paid(model) }))
    }
  })

const release = (): Step =>
  step('release', async (_model, real) => {
    real.messages.push(...(await releaseAll(real.shop)))
  })

const leave = (index: number): Step =>
  step(`leave(${index})`, async (model, { shop, messages }) => {
    const ticket = pick(model.tickets, index)
    if (!ticket) return
    const [number, { buyer }] = ticket
    const batch = await leaveLine(shop.stores.redis, shop.sale, { number, buyer }, 600_000)
    if (batch) messages.push(batch.message)
  })

/** A message, the newest or any older one, once or again. */
const serve = (index: number): Step =>
  step(`serve(${index})`, async (model, real) => {
    const message = pick([...real.messages].reverse(), index)
    if (message) await serveAndPredict(model, real.shop, message)
  })

async function serveAndPredict(model: Model, shop: Shop, message: ReleaseMessage): Promise<void> {
  const { fates, bad } = await serveMessage(shop, message)
  assert.deepEqual(bad, [])
  let duplicates = 0
  for (const { number, buyer, quantity } of message.tickets) {
    const fate = fates.find((one) => one.number === number)!
    const row = model.orders.get(number)?.state ?? model.refusals.get(number)
    if (row !== undefined) {
      assert.equal(fate.state, row)
      continue
    }
    const { state } = fate
    if (message.kind !== 'order') assert.equal(state, message.kind)
    const others = [...model.tickets].filter(
      ([other, ticket]) => other !== number && ticket.buyer === buyer && !model.refusals.has(other),
    )
    if (state === 'duplicate' && message.kind === 'order') {
      duplicates++
      assert.ok(others.length > 0, `ticket ${number} is called a duplicate of nothing`)
    }
    if (state === 'sold_out' && message.kind === 'order') {
      const short = life.room(model) < quantity
      assert.ok(short || model.untold || duplicates > 0, `ticket ${number} is told sold out too early`)
    }
    if (state === 'awaiting_payment') {
      assert.equal(life.liveOrderOf(model, buyer), undefined, 'a second live order')
      life.ordered(model, number)
    } else model.refusals.set(number, state as 'sold_out')
  }
}

const open = (index: number, mood: Mood): Step =>
  step(`open(${index}, ${mood})`, async (model, { shop }) => {
    const order = pick(model.orders.values(), index)
    if (!order) return
    shop.provider.mood = mood
    const { status, code } = await openPayment(shop, order.number, order.buyer)
    shop.provider.mood = 'right'
    const late = order.state !== 'awaiting_payment' || order.overdue
    const before = order.payment
    if (late) return assert.deepEqual({ status, code }, { status: 409, code: 'conflict' })
    if (before === 'none' && model.deduct === 'payment' && life.sold(model) >= model.stock)
      return assert.deepEqual({ status, code }, { status: 410, code: 'sold_out' })
    if (before === 'none') order.payment = 'opening'
    const opened = before === 'open' || mood !== 'silent'
    assert.deepEqual(
      { status, code },
      opened ? { status: 201, code: undefined } : { status: 503, code: 'unavailable' },
    )
    if (opened) order.payment = 'open'
  })

/** The buyer pays at the provider; nobody is told yet. */
const pay = (index: number, captured: 'captured' | undefined): Step =>
  step(`pay(${index}${captured ? ', captured' : ''})`, async (model, { shop }) => {
    const order = pick(model.orders.values(), index)
    if (order) shop.provider.pay(orderName(shop, order.number), captured)
  })

/** The provider tells of a payment that came in: for the first time, again, or by another event. */
const webhook = (index: number, event: number, ears: Ears): Step =>
  step(`webhook(${index}, ${event}${ears ? ', deaf' : ''})`, async (model, { shop }) => {
    const charged = [...model.orders.values()].filter(
      ({ number }) => shop.provider.books.get(orderName(shop, number))?.state === 'succeeded',
    )
    const order = pick(charged, index)
    if (!order) return
    const before = order.state
    life.settled(model, order)
    const id = `event-${orderName(shop, order.number)}-${event}`
    const { status } = await sendWebhook(shop, order.number, id, ears)
    assert.equal(status, 204)
    if (ears && order.state !== before) model.untold = true
  })

const cancel = (index: number, mood: Mood, ears: Ears): Step =>
  step(`cancel(${index}, ${mood}${ears ? ', deaf' : ''})`, async (model, { shop }) => {
    const order = pick(model.orders.values(), index)
    if (!order) return
    const before = order.state
    const expected = cancelled(
      model,
      order,
      mood,
      shop.provider.books.get(orderName(shop, order.number))?.state,
    )
    shop.provider.mood = mood
    const { status } = await cancelOrder(shop, order.number, order.buyer, ears)
    shop.provider.mood = 'right'
    assert.equal(status, expected, `cancelling order ${order.number}`)
    if (ears && order.state !== before) model.untold = true
  })

/** How the model moves when an order is cancelled, and the answer to its buyer. */
function cancelled(model: Model, order: ModelOrder, mood: Mood, known: string | undefined): number {
  if (order.state === 'cancelled') return 204
  if (order.state !== 'awaiting_payment' && order.state !== 'expiring') return 409
  if (order.payment !== 'none') {
    if (mood === 'silent') return 503
    const unknown = mood === 'forgets' || known === undefined
    if (unknown && !order.old) return 503
    if (!unknown && known === 'succeeded') {
      life.settled(model, order)
      return 409
    }
  }
  life.ended(model, order, 'cancelled')
  return 204
}

const day = (): Step =>
  step('day', async (model, { shop }) => {
    await passADay(shop)
    life.dayPassed(model)
  })

const sweep = (ears: Ears): Step =>
  step(`sweep(${ears ?? ''})`, async (model, real) => {
    const moves = [...model.orders.values()].some((o) => o.state === 'awaiting_payment' && o.overdue)
    life.swept(model)
    await expireOverdue(backendsOf(real, ears))
    if (ears && moves) model.untold = true
  })

const ask = (mood: Mood, ears: Ears): Step =>
  step(`ask(${mood}${ears ? ', deaf' : ''})`, async (model, real) => {
    const { provider } = real.shop
    const due = [...model.orders.values()].filter((order) => order.due)
    provider.mood = mood
    await askProvider(backendsOf(real, ears), provider)
    provider.mood = 'right'
    if (ears && due.length > 0) model.untold = true
    for (const order of due) {
      const booked = provider.books.get(orderName(real.shop, order.number))
      order.due = false
      if (mood === 'silent') continue
      if (order.state === 'refunding') {
        order.state = 'refunded'
        order.payment = 'refunded'
        continue
      }
      const unknown = mood === 'forgets' || !booked
      if (unknown && !order.old) continue
      if (!unknown && booked.state === 'succeeded') await settledAsAsked(model, real, order)
      else life.ended(model, order, 'expired')
    }
  })

/** Several may be settled at once, and the last unit be taken by any of them: the one that has it is read. */
async function settledAsAsked(model: Model, { shop }: Real, order: ModelOrder): Promise<void> {
  life.settled(model, order)
  if (model.deduct !== 'payment') return
  const [rows] = await shop.stores.mysql.query('SELECT state FROM orders WHERE sale_id = ? AND number = ?', [
    shop.sale,
    order.number,
  ])
  const { state } = (rows as { state: 'paid' | 'refunding' }[])[0]!
  order.state = state
  order.payment = state === 'paid' ? 'succeeded' : 'refunding'
  order.due = state === 'refunding'
}

/** Something that was to be told of an order is told late, or again. */
const tell = (index: number): Step =>
  step(`tell(${index})`, async (_model, { shop, tellings }) => {
    const telling = pick(tellings, index)
    if (telling) await tellOrders(shop.stores.redis, shop.sale, [telling.row], telling.final)
  })

/** Redis loses everything, and the sale is loaded again. */
const forget = (): Step =>
  step('forget', async (model, { shop }) => {
    await shop.stores.redis.flushall()
    await preloadSale(shop.stores.mysql, shop.stores.redis, shop.sale)
    model.untold = false
  })

/** The sale is loaded again over what Redis holds. */
const reload = (): Step =>
  step('reload', async (model, { shop }) => {
    await preloadSale(shop.stores.mysql, shop.stores.redis, shop.sale, 'force')
    model.untold = false
  })

/** A buyer polls with a ticket that Redis may have forgotten. */
const reenter = (index: number): Step =>
  step(`reenter(${index})`, async (model, { shop }) => {
    const ticket = pick(model.tickets, index)
    if (ticket) await reenterLine(shop.stores.redis, shop.sale, { number: ticket[0], ...ticket[1] })
  })

const reconcile = (): Step =>
  step('reconcile', async (model, { reconciler }) => {
    await reconciler.round()
    model.untold = false
  })

const index = fc.nat({ max: 11 })
const ears = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant('deaf' as const) },
)
const mood = fc.oneof(
  { weight: 4, arbitrary: fc.constant('right' as const) },
  fc.constantFrom('silent' as const, 'forgets' as const),
)
const rarely = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.constant('captured' as const))

/** Every step there is; what moves orders on comes more often. */
export const steps: fc.Arbitrary<Step>[] = [
  ...Array(3).fill(
    fc.tuple(fc.nat({ max: 5 }), fc.integer({ min: 1, max: 2 })).map(([b, q]) => join(`buyer${b}`, q)),
  ),
  ...Array(2).fill(fc.constant(release())),
  ...Array(3).fill(fc.nat({ max: 5 }).map(serve)),
  ...Array(2).fill(fc.tuple(index, mood).map(([i, m]) => open(i, m))),
  ...Array(2).fill(fc.tuple(index, rarely).map(([i, captured]) => pay(i, captured))),
  ...Array(2).fill(fc.tuple(index, fc.nat({ max: 1 }), ears).map(([i, event, e]) => webhook(i, event, e))),
  fc.tuple(index, mood, ears).map(([i, m, e]) => cancel(i, m, e)),
  fc.constant(day()),
  ...Array(2).fill(ears.map(sweep)),
  ...Array(2).fill(fc.tuple(mood, ears).map(([m, e]) => ask(m, e))),
  index.map(leave),
  index.map(tell),
  index.map(tell),
  fc.constant(forget()),
  fc.constant(reload()),
  index.map(reenter),
  fc.constant(reconcile()),
]

/** All that is under way comes to its end, and everybody who waits is served or told. */
export const drain = (): Step => {
  const again: Step[] = [reconcile(), release()]
  return {
    check: () => true,
    async run(model, real) {
      const { shop } = real
      for (let moved = true; moved; ) {
        const before = model.orders.size + model.refusals.size
        for (const [number, ticket] of model.tickets)
          await reenterLine(shop.stores.redis, shop.sale, { number, ...ticket })
        for (const next of again) await next.run(model, real)
        for (const message of real.messages) {
          await serveAndPredict(model, shop, message)
          real.books = await checkAll(shop, model, real.books, 1)
        }
        // Whoever waits, waits for a unit that somebody holds.
        const waiting = [...model.tickets].filter(
          ([number]) => !model.orders.has(number) && !model.refusals.has(number),
        )
        const free = life.room(model)
        moved = model.orders.size + model.refusals.size > before
        if (!moved)
          assert.ok(
            waiting.every(([, { quantity }]) => quantity > free),
            'a unit is free and somebody waits',
          )
        const settling = [...model.orders.values()].filter(({ state }) => /ing/.test(state)).length
        for (const next of [day(), sweep(undefined), ask('right', undefined), ask('right', undefined)])
          await next.run(model, real)
        moved ||= settling > 0
      }
      // Who wants more than ever came free is told when the sale closes.
      await stepPhase(shop.stores, shop.sale, 'close')
      for (const message of await releaseAll(shop)) await serveAndPredict(model, shop, message)
      real.books = await checkAll(shop, model, real.books, 1)
      const open = [...model.tickets.keys()].filter((n) => !model.orders.has(n) && !model.refusals.has(n))
      assert.deepEqual(open, [], 'tickets without an answer')
      for (const [id, { state, refunds }] of shop.provider.books) {
        const order = model.orders.get(Number(id.split('-')[1]))!
        if (state !== 'succeeded') continue
        const known = order.state === 'paid' || order.state === 'refunded'
        if (known) assert.equal(refunds, order.state === 'refunded' ? 1 : 0)
      }
    },
    toString: () => 'drain',
  }
}
