import assert from 'node:assert/strict'
import { askProvider } from '../../workers/payments/ask-provider.ts'
import { expireOverdue } from '../../workers/payments/expire-overdue.ts'
import type { Model, ModelOrder } from './model.ts'
import * as life from './model.ts'
import type { Mood } from './scripted-provider.ts'
import { cancelOrder, openPayment, orderName, passADay, sendWebhook } from './shop.ts'
import { backendsOf, type Ears, pick, type Real, type Step, step } from './step.ts'

export const open = (index: number, mood: Mood): Step =>
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
export const pay = (index: number, captured: 'captured' | undefined): Step =>
  step(`pay(${index}${captured ? ', captured' : ''})`, async (model, { shop }) => {
    const order = pick(model.orders.values(), index)
    if (order) shop.provider.pay(orderName(shop, order.number), captured)
  })

/** The provider tells of a payment that came in: for the first time, again, or by another event. */
export const webhook = (index: number, event: number, ears: Ears): Step =>
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

export const cancel = (index: number, mood: Mood, ears: Ears): Step =>
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

export const day = (): Step =>
  step('day', async (model, { shop }) => {
    await passADay(shop)
    life.dayPassed(model)
  })

export const sweep = (ears: Ears): Step =>
  step(`sweep(${ears ?? ''})`, async (model, real) => {
    const moves = [...model.orders.values()].some((o) => o.state === 'awaiting_payment' && o.overdue)
    life.swept(model)
    await expireOverdue(backendsOf(real, ears))
    if (ears && moves) model.untold = true
  })

export const ask = (mood: Mood, ears: Ears): Step =>
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
