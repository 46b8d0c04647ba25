import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { ROOT } from '../../platform/root.ts'
import { missingPage, type Note, payPage } from '../pay-page.ts'
import type { Payment } from '../payment.ts'
import type { App, Sandbox } from '../sandbox.ts'

const params = Type.Object({ id: Type.String() })
const STYLE = readFileSync(join(ROOT, 'sandbox', 'pay-page.css'))

/** The hosted page on which buyers pay, as providers have one. After paying the buyer goes back to the shop. */
export function payRoutes(app: App, { books }: Sandbox): void {
  // A form of two buttons has no fields.
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, _body, done) => done(null, {}),
  )

  app.get('/pay.css', async (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE))

  app.get(
    '/pay/:id',
    { schema: { params, querystring: Type.Object({ card: Type.Optional(Type.String()) }) } },
    async (request, reply) => {
      const payment = await books.find(request.params.id)
      if (!payment) return page(reply.code(404), missingPage())
      const note: Note | undefined = request.query.card === 'refused' ? 'card refused' : undefined
      return page(reply, payPage(payment, note, backTo(payment)), payment)
    },
  )

  app.post('/pay/:id/accept', { schema: { params } }, async (request, reply) => {
    const change = await books.pay(request.params.id)
    if (change.outcome === 'unknown') return page(reply.code(404), missingPage())
    // A second press of the button finds it paid, and goes the same way. What can not be paid says so on its own page.
    return reply.redirect(
      change.outcome === 'refused' ? `/pay/${change.payment.id}` : backTo(change.payment),
      303,
    )
  })

  app.post('/pay/:id/refuse', { schema: { params } }, async (request, reply) => {
    const change = await books.refuse(request.params.id)
    if (change.outcome === 'unknown') return page(reply.code(404), missingPage())
    return reply.redirect(`/pay/${change.payment.id}?card=refused`, 303)
  })
}

/** The shop's page, told how the buyer comes back. It proves nothing: the signed event does. */
function backTo({ returnUrl, state }: Payment): string {
  const url = new URL(returnUrl)
  url.searchParams.set('payment', state)
  return url.href
}

function page(reply: FastifyReply, html: string, payment?: Payment): FastifyReply {
  // A form's redirect must be allowed too: paying leads back to the shop.
  const shop = payment ? ` ${new URL(payment.returnUrl).origin}` : ''
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'${shop}`,
    )
    .send(html)
}
