import { type Static, Type } from 'typebox'
import { closeTicket } from '../../contract/close-ticket.ts'
import { Problem } from '../../contract/errors.ts'
import type { Absence } from '../../contract/line/absence.ts'
import { reenterLine } from '../../contract/line/join.ts'
import { leaveLine } from '../../contract/line/release.ts'
import type { SwitchValues } from '../../contract/switches.ts'
import { readTicket, type Ticket } from '../../contract/ticket.ts'
import { findTicketRow } from '../../contract/ticket-row.ts'
import { HOLDING_STATES, REFUSED_STATES, type TicketState } from '../../contract/words.ts'
import { absenceOf } from '../config.ts'
import type { Standing } from '../line/line.ts'
import { etaMs, pollAfterMs } from '../line/pace.ts'
import type { App, Services } from '../services.ts'
import { requireBuyer } from './request.ts'

const params = Type.Object({ ticket: Type.String() })

const answer = Type.Object({
  state: Type.String(),
  position: Type.Optional(Type.Integer()),
  etaMs: Type.Optional(Type.Integer()),
  pollAfterMs: Type.Optional(Type.Integer()),
  order: Type.Optional(Type.String()),
  payBy: Type.Optional(Type.Integer()),
})

/** Tells the door what it was that the buyer was told; the door keeps it to itself (lua/edge/after_ticket.lua). */
const STATE_HEADER = 'x-ticket-state'

const RELEASED_POLL_MS = 400
const ORDER_POLL_MS = 3_000

/** GET and DELETE /api/tickets/{ticket}: where a buyer stands, and leaving the line. */
export function ticketRoutes(app: App, services: Services): void {
  const { config, keys, redis, mysql, sales, line, publisher, switches, log } = services

  /** A ticket that this buyer holds; a foreign one is as unknown as a forged one. */
  const ownTicket = (text: string, buyer: string): Ticket => {
    const ticket = readTicket(keys.tickets, text, Date.now())
    if (!ticket || ticket.buyer !== buyer) throw new Problem('unknown_ticket')
    return ticket
  }

  /** Of a settled sale MySQL alone knows the tickets, and each has its final answer there, or gets it now. */
  const settledStanding = async (ticket: Ticket): Promise<Standing> => {
    const row = (await findTicketRow(mysql, ticket)) ?? (await closeTicket(mysql, ticket))
    return { position: 0, release: 'auto', free: 0, payBy: 0, state: 'closed', ...row }
  }
  const isSettled = ({ sale }: Ticket): boolean => sales.peek(sale)?.phase === 'settled'

  /** Redis first, then MySQL; a ticket that neither knows was lost with Redis, and goes back to its number. */
  const standingOf = async (ticket: Ticket, request: string): Promise<Standing> => {
    if (isSettled(ticket)) return settledStanding(ticket)
    const standing = await line.look(ticket).catch((error: unknown) => {
      // Settled so lately, or so long ago, that this gateway did not know it.
      if (error instanceof Problem && error.code === 'ended') return settledStanding(ticket)
      throw error
    })
    if (standing.state !== 'unknown') return standing
    const row = await findTicketRow(mysql, ticket)
    if (row) return { ...standing, ...row }
    await reenterLine(redis, ticket.sale, ticket)
    log.info(
      { sale: ticket.sale, number: ticket.number, request },
      'ticket taken back that redis had forgotten',
    )
    return line.look(ticket)
  }

  app.get(
    '/api/tickets/:ticket',
    { onRequest: requireBuyer, schema: { params, response: { 200: answer } } },
    async (request, reply) => {
      const ticket = ownTicket(request.params.ticket, request.buyer)
      const standing = await standingOf(ticket, request.id)
      reply.header('cache-control', 'no-store').header(STATE_HEADER, standing.state)
      return view(ticket, standing, absenceOf(config), switches.of(ticket.sale))
    },
  )

  app.delete(
    '/api/tickets/:ticket',
    { onRequest: requireBuyer, schema: { params } },
    async (request, reply) => {
      const ticket = ownTicket(request.params.ticket, request.buyer)
      const batch = isSettled(ticket)
        ? undefined
        : await leaveLine(redis, ticket.sale, ticket, config.SLUICE_LEASE_MS)
      if (batch) {
        log.info({ sale: ticket.sale, number: ticket.number, request: request.id }, 'left the line')
        // Published now if possible; else its lease runs out and a release loop does it.
        void publisher.publish(batch)
      } else {
        const { state } = await standingOf(ticket, request.id)
        if (state !== 'left') {
          reply.header(STATE_HEADER, state)
          throw new Problem('conflict', { detail: `the ticket is ${state}, it does not wait any more` })
        }
      }
      return reply.code(204).header(STATE_HEADER, 'left').send()
    },
  )
}

function view(
  ticket: Ticket,
  standing: Standing,
  absence: Absence,
  switched: SwitchValues,
): Static<typeof answer> {
  const state = standing.state as TicketState
  if (state === 'waiting') {
    // Beyond the units that are free nobody can say when, or whether, one comes back.
    const eta = standing.position <= standing.free ? etaMs(standing.position, standing.release) : undefined
    const place =
      eta === undefined ? { beyond: standing.position - Math.max(0, standing.free) } : { etaMs: eta }
    return {
      state,
      position: standing.position,
      ...(eta === undefined || !switched.eta ? {} : { etaMs: eta }),
      pollAfterMs: pollAfterMs(place, absence, switched['poll-factor']),
    }
  }
  if (state === 'released') return { state, pollAfterMs: RELEASED_POLL_MS * switched['poll-factor'] }
  if ((REFUSED_STATES as readonly string[]).includes(state)) return { state }
  const order = `${ticket.sale}-${ticket.number}`
  const moving =
    state !== 'paid' && ((HOLDING_STATES as readonly string[]).includes(state) || state === 'refunding')
  return {
    state,
    order,
    ...(state === 'awaiting_payment' && standing.payBy > 0 ? { payBy: standing.payBy } : {}),
    ...(moving ? { pollAfterMs: ORDER_POLL_MS * switched['poll-factor'] } : {}),
  }
}
