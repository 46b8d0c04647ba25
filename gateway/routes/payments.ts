import { Type } from 'typebox'
import { Problem } from '../../contract/errors.ts'
import type { OrderKey } from '../../contract/orders/order-row.ts'
import { tellOrders } from '../../contract/orders/tell-orders.ts'
import { concludeUnpaid } from '../../contract/payments/conclude-unpaid.ts'
import { beginPayment, paymentOpened } from '../../contract/payments/open-payment.ts'
import { orderOf, paymentId } from '../../contract/payments/payment-row.ts'
import { OPENING_MS } from '../../contract/payments/provider.ts'
import { settlePayment } from '../../contract/payments/settle-payment.ts'
import { findOwnOrder } from '../find-own-order.ts'
import type { App, Services } from '../services.ts'
import { requireBuyer } from './request.ts'

const params = Type.Object({ order: Type.String() })

/** POST /api/orders/{order}/payment and DELETE /api/orders/{order}: paying and cancelling one's own order. */
export function paymentRoutes(
  app: App,
  { config, mysql, redis, sales, provider, switches, log }: Services,
): void {
  const ownKey = (text: string): OrderKey => {
    const key = orderOf(text)
    if (!key) throw new Problem('unknown_order')
    return key
  }

  /** The commit stands whatever Redis says; reconciliation tells it later. */
  const tell = (...args: Parameters<typeof tellOrders> extends [unknown, ...infer Rest] ? Rest : never) =>
    tellOrders(redis, ...args).catch((error) =>
      log.warn(
        { err: error, sale: args[0], number: args[1][0]?.number },
        'order not told, reconciliation will',
      ),
    )

  app.post(
    '/api/orders/:order/payment',
    {
      onRequest: requireBuyer,
      schema: { params, response: { 201: Type.Object({ payUrl: Type.String() }) } },
    },
    async (request, reply) => {
      const key = ownKey(request.params.order)
      const sale = await sales.get(key.sale)
      if (!sale) throw new Problem('unknown_order')
      const begun = await beginPayment(mysql, sale, key, request.buyer)
      if (begun.outcome === 'unknown') throw new Problem('unknown_order')
      if (begun.outcome === 'too_late')
        throw new Problem('conflict', { detail: 'the order can not be paid any more' })
      if (begun.outcome === 'sold_out') throw new Problem('sold_out')
      reply.code(201).header('cache-control', 'no-store')
      if (begun.outcome === 'open') {
        log.info({ ...key, request: request.id }, 'payment is open already')
        return { payUrl: begun.payUrl }
      }
      if (sale.deduct === 'hold') await tell(key.sale, [begun.order], 0)
      const { payUrl } = await provider.open({
        id: paymentId(key),
        amountCents: begun.order.amountCents,
        currency: begun.order.currency,
        description: `${sale.title} (${paymentId(key)})`,
        returnUrl: `${config.SLUICE_PUBLIC_URL}/sales/${key.sale}`,
      })
      await paymentOpened(mysql, key, payUrl)
      log.info({ ...key, request: request.id }, 'payment opened')
      return { payUrl }
    },
  )

  app.delete(
    '/api/orders/:order',
    { onRequest: requireBuyer, schema: { params } },
    async (request, reply) => {
      const key = ownKey(request.params.order)
      if (!switches.of(key.sale).cancellations) {
        throw new Problem('busy', { detail: 'orders can not be cancelled right now', retryAfterS: 30 })
      }
      const order = await findOwnOrder(mysql, key, request.buyer)
      if (!order) throw new Problem('unknown_order')
      // The door hears that the ticket is over, so that its buyer may click anew (lua/edge/held.lua).
      const done = () => reply.code(204).header('x-ticket-state', 'cancelled').send()
      if (order.state === 'cancelled') return done()
      if (order.state !== 'awaiting_payment' && order.state !== 'expiring') {
        throw new Problem('conflict', { detail: `the order is ${order.state}` })
      }
      const ended =
        (await concludeUnpaid(mysql, key, 'cancelled', 'never opened')) ??
        (await cancelOpened(key, order.paymentSince))
      if (!ended) throw new Problem('conflict', { detail: 'the order can not be cancelled any more' })
      await tell(key.sale, [ended.order], ended.final)
      log.info({ ...key, request: request.id }, 'order cancelled')
      return done()
    },
  )

  /** With a payment open the provider is asked first: a unit is not given away while its payment may still succeed. */
  const cancelOpened = async (key: OrderKey, paymentSince: number | undefined) => {
    const answer = await provider.void(paymentId(key))
    if (answer === 'void') return concludeUnpaid(mysql, key, 'cancelled', 'void')
    if (answer === 'succeeded') {
      const settled = await settlePayment(mysql, {
        ...key,
        eventId: `asked-${paymentId(key)}`,
        kind: 'asked.succeeded',
        charged: undefined,
      })
      if ('order' in settled) await tell(key.sale, [settled.order], settled.final)
      return undefined
    }
    // The provider never heard of it. It still may, while our own call to open it can be on its way.
    if (paymentSince !== undefined && Date.now() - paymentSince < OPENING_MS)
      throw new Problem('busy', { retryAfterS: 10 })
    return concludeUnpaid(mysql, key, 'cancelled', 'void')
  }
}
