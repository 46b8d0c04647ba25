import assert from 'node:assert/strict'
import { JOIN, joinLine, reenterLine } from '../../contract/line/join.ts'
import { lookAtTickets } from '../../contract/line/look.ts'
import { leaveLine } from '../../contract/line/release.ts'
import type { ReleaseMessage } from '../../contract/release-message.ts'
import { nothingComesBack } from '../../contract/sales.ts'
import type { Model } from './model.ts'
import * as life from './model.ts'
import { releaseAll, type Shop, serve as serveMessage } from './shop.ts'
import { pick, type Step, step } from './step.ts'

export const join = (buyer: string, quantity: number): Step =>
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

export const release = (): Step =>
  step('release', async (_model, real) => {
    real.messages.push(...(await releaseAll(real.shop)))
  })

/** Whoever has not polled at the very moment of the last poll is absent, and his place is kept or not. */
export const releaseToThePresent = (graceMs: number): Step =>
  step(`releaseToThePresent(${graceMs})`, async (_model, real) => {
    real.messages.push(...(await releaseAll(real.shop, { absentMs: 0, farPollMs: 0, graceMs })))
  })

/** Somebody without an answer asks; the last first, since there it matters. */
export const poll = (index: number): Step =>
  step(`poll(${index})`, async (model, { shop }) => {
    const open = [...model.tickets].filter(([n]) => !model.orders.has(n) && !model.refusals.has(n))
    const ticket = pick(open.reverse(), index)
    if (ticket)
      await lookAtTickets(shop.stores.redis, shop.sale, [{ number: ticket[0], buyer: ticket[1].buyer }])
  })

export const leave = (index: number): Step =>
  step(`leave(${index})`, async (model, { shop, messages }) => {
    const ticket = pick(model.tickets, index)
    if (!ticket) return
    const [number, { buyer }] = ticket
    const batch = await leaveLine(shop.stores.redis, shop.sale, { number, buyer }, 600_000)
    if (batch) messages.push(batch.message)
  })

/** A message, the newest or any older one, once or again. */
export const serve = (index: number): Step =>
  step(`serve(${index})`, async (model, real) => {
    const message = pick([...real.messages].reverse(), index)
    if (message) await serveAndPredict(model, real.shop, message)
  })

export async function serveAndPredict(model: Model, shop: Shop, message: ReleaseMessage): Promise<void> {
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

/** A buyer polls with a ticket that Redis may have forgotten. */
export const reenter = (index: number): Step =>
  step(`reenter(${index})`, async (model, { shop }) => {
    const ticket = pick(model.tickets, index)
    if (ticket) await reenterLine(shop.stores.redis, shop.sale, { number: ticket[0], ...ticket[1] })
  })
