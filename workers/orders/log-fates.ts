import type { Fate } from '../../contract/line/reserve.ts'
import { requestsByNumber } from '../../contract/requests.ts'
import type { Logger } from '../../platform/log.ts'
import type { Flight } from './flight.ts'

/**
 * One line for each state, with the request of every ticket: whoever follows a buyer finds what became of his click. A line
 * for each ticket would cost ten times as much. `fates`: of the same tickets, in the same order.
 */
export function logFates(log: Logger, sale: number, flights: Flight[], fates: Fate[]): void {
  const tickets = fates.map(({ state }, i) => ({ state, ...flights[i]!.ticket }))
  for (const state of new Set(fates.map((fate) => fate.state))) {
    const requests = requestsByNumber(tickets.filter((ticket) => ticket.state === state))
    log.info({ sale, state, requests }, 'recorded')
  }
}
