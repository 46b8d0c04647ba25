import { Type } from 'typebox'
import { REHEARSAL_BUYER } from '../../contract/buyer.ts'
import { readPass } from '../../contract/challenges/pass.ts'
import { Problem } from '../../contract/errors.ts'
import { JOIN, type JoinAnswer } from '../../contract/line/join.ts'
import { signTicket } from '../../contract/ticket.ts'
import type { Sale } from '../../contract/words.ts'
import { challengeOf } from '../challenges/challenge-of.ts'
import { absenceOf } from '../config.ts'
import { etaMs, pollAfterMs } from '../line/pace.ts'
import type { App, Services } from '../services.ts'
import { traceClick } from '../trace-click.ts'
import { requireBuyer, saleIdOf } from './request.ts'

const body = Type.Object({
  quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  pass: Type.Optional(Type.String({ maxLength: 512 })),
})

const answer = Type.Object({
  ticket: Type.String(),
  number: Type.Integer(),
  position: Type.Integer(),
  etaMs: Type.Integer(),
  pollAfterMs: Type.Integer(),
})

/** POST /api/sales/{sale}/orders: a buyer joins the line. */
export function joinRoutes(app: App, services: Services): void {
  const { config, keys, sales, line, release, switches, redis, log, trace } = services
  app.post(
    '/api/sales/:sale/orders',
    {
      onRequest: requireBuyer,
      // A click without any body asks for one unit, as one with `{}` does.
      preValidation: (request, _reply, next) => {
        if (request.body === undefined) request.body = {}
        next()
      },
      schema: { params: Type.Object({ sale: Type.String() }), body, response: { 200: answer, 202: answer } },
    },
    async (request, reply) => {
      const began = Date.now()
      const sale = await sales.get(saleIdOf(request.params.sale))
      // A rehearsal's units are nobody's: whoever guessed its number must not get one.
      const ofRehearsal = sale?.rehearsalOf !== undefined
      if (!sale || (ofRehearsal && !request.buyer.startsWith(`${REHEARSAL_BUYER}${sale.id}-`))) {
        throw new Problem('unknown_sale')
      }
      const { quantity = 1 } = request.body
      const pass =
        challengeOf(sale, switches) === 'none'
          ? undefined
          : readPass(keys.tickets, sale.id, request.buyer, request.body.pass, Date.now())
      if (quantity > sale.perUser) {
        throw new Problem('invalid_request', { detail: `quantity must be from 1 to ${sale.perUser}` })
      }
      const joined = await line.join(sale.id, {
        ...{ buyer: request.buyer, quantity, pass },
        request: request.id,
      })
      refuse(joined, sale)
      release.wake(sale.id)
      const ticket = signTicket(keys.tickets[0], {
        sale: sale.id,
        number: joined.number,
        quantity: joined.quantity,
        expiresS: sale.ticketsExpireS,
        buyer: request.buyer,
      })
      const wait = etaMs(joined.position, sale.release)
      reply.code(joined.code === JOIN.joined ? 202 : 200)
      // The door remembers it, and keeps the header to itself (lua/edge/held.lua).
      reply.header('cache-control', 'no-store').header('x-place', `${joined.number} ${ticket}`)
      if (trace && joined.code === JOIN.joined) {
        traceClick({ trace, redis, log }, request, { sale: sale.id, number: joined.number }, began)
      }
      return {
        ticket,
        number: joined.number,
        position: joined.position,
        etaMs: wait,
        pollAfterMs: pollAfterMs({ etaMs: wait }, absenceOf(config), switches.of(sale.id)['poll-factor']),
      }
    },
  )
}

function refuse({ code }: JoinAnswer, sale: Sale): void {
  switch (code) {
    case JOIN.joined:
    case JOIN.again:
      return
    case JOIN.notOpen:
      throw new Problem('not_open', { extra: { opensAt: sale.opensAt } })
    case JOIN.ended:
      throw new Problem('ended')
    case JOIN.paused:
      throw new Problem('paused')
    case JOIN.soldOut:
      throw new Problem('sold_out')
    case JOIN.lineFull:
      throw new Problem('line_full', { retryAfterS: 2 })
    case JOIN.noNumbers:
      throw new Problem('busy')
    case JOIN.passMissing:
      throw new Problem('challenge_required')
    case JOIN.passBad:
      throw new Problem('challenge_failed', { detail: 'the pass is used, too old or not for this sale' })
  }
}
