import assert from 'node:assert/strict'
import { reenterLine } from '../../contract/line/join.ts'
import { stepPhase } from '../../ops/sales/change-phase.ts'
import { checkAll } from './check.ts'
import { release, serveAndPredict } from './line-steps.ts'
import * as life from './model.ts'
import { ask, day, sweep } from './order-steps.ts'
import { reconcile } from './redis-steps.ts'
import { releaseAll } from './shop.ts'
import type { Step } from './step.ts'

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
