import { Counter } from 'prom-client'
import { Problem } from '../../contract/errors.ts'
import { tellOrders } from '../../contract/orders/tell-orders.ts'
import { orderOf } from '../../contract/payments/payment-row.ts'
import { settlePayment } from '../../contract/payments/settle-payment.ts'
import { type PaymentEvent, verifyWebhook } from '../../contract/payments/webhook.ts'
import type { App, Services } from '../services.ts'

/**
 * POST /api/payments/webhook: the provider's signed events. 204 only when the event has had its effect, or never will
 * have one; anything else and the provider sends it again.
 */
export function webhookRoutes(app: App, { config, mysql, redis, metrics, log }: Services): void {
  const events = new Counter({
    name: 'sluice_payment_events_total',
    help: 'Events of the payment provider, by what became of them',
    labelNames: ['outcome'],
    registers: [metrics],
  })
  function refuse(outcome: string, problem: Problem): never {
    events.inc({ outcome })
    throw problem
  }

  // The signature is over the bytes as they came.
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )

  app.post('/api/payments/webhook', async (request, reply) => {
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    if (!verifyWebhook(config.SLUICE_WEBHOOK_SECRET, request.headers['payment-signature'], raw, Date.now())) {
      refuse(
        'unsigned',
        new Problem('unauthenticated', { detail: 'the signature is missing, wrong or too old' }),
      )
    }
    const event = readEvent(raw) ?? refuse('malformed', new Problem('invalid_request'))
    const key = orderOf(event.payment) ?? refuse('unknown', new Problem('unknown_order'))
    if (event.type !== 'payment.succeeded') {
      events.inc({ outcome: 'ignored' })
      return reply.code(204).send()
    }
    const settled = await settlePayment(mysql, {
      ...key,
      eventId: event.id,
      kind: event.type,
      charged: { amountCents: event.amount, currency: event.currency },
    })
    if (settled.outcome === 'unknown') refuse('unknown', new Problem('unknown_order'))
    if (settled.outcome === 'mismatch') {
      log.error(
        { ...key, event: event.id, request: request.id },
        'payment event with another amount or currency',
      )
      refuse(
        'mismatch',
        new Problem('invalid_request', { detail: 'the amount or currency is not the order’s' }),
      )
    }
    events.inc({ outcome: settled.outcome })
    log.info({ ...key, event: event.id, outcome: settled.outcome, request: request.id }, 'payment event')
    if ('order' in settled) {
      await tellOrders(redis, key.sale, [settled.order], settled.final).catch((error) =>
        log.warn({ err: error, ...key, request: request.id }, 'payment not told, reconciliation will'),
      )
    }
    return reply.code(204).send()
  })
}

function readEvent(raw: Buffer): PaymentEvent | undefined {
  try {
    const event = JSON.parse(raw.toString('utf8')) as PaymentEvent
    const { id, type, payment, amount, currency } = event
    const text = [id, type, payment, currency].every(
      (value) => typeof value === 'string' && value.length <= 100,
    )
    return text && /^[!-~]+$/.test(id) && Number.isSafeInteger(amount) ? event : undefined
  } catch {
    return undefined
  }
}
