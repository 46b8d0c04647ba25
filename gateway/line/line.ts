import { Problem } from '../../contract/errors.ts'
import { leaseNumbers } from '../../contract/lease-numbers.ts'
import type { Absence } from '../../contract/line/absence.ts'
import { type Click, JOIN, type JoinAnswer, joinLine } from '../../contract/line/join.ts'
import { lookAtTickets, type TicketView } from '../../contract/line/look.ts'
import { preloadSale } from '../../contract/preload.ts'
import { SaleUnloaded } from '../../contract/scripts.ts'
import type { Ticket } from '../../contract/ticket.ts'
import type { ReleaseRate } from '../../contract/words.ts'
import type { Logger } from '../../platform/log.ts'
import type { Pool } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { gather } from '../gather.ts'
import { createJoinLog } from './join-log.ts'

export interface Standing extends TicketView {
  release: ReleaseRate
  /** Units that are neither held nor in flight: whoever stands further back than that stands by. */
  free: number
}

export interface Line {
  join(sale: number, click: Click): Promise<JoinAnswer>
  look(ticket: Ticket): Promise<Standing>
  /**
   * Loads a sale that Redis does not know; one load at a time for each sale. Throws Problem `ended` for a settled one, which
   * Redis shall not know: MySQL answers for its tickets.
   */
  load(sale: number): Promise<void>
  /** Logs what is not logged yet. */
  close(): void
}

const LOW_NUMBERS = 2_000
const busy = () => new Problem('busy')

/**
 * The line as this gateway talks to it: the clicks and polls of one turn of the event loop, sale by sale, in one call.
 */
export function createLine(redis: Redis, mysql: Pool, absence: () => Absence, log: Logger): Line {
  const joinLog = createJoinLog(log)
  const joins = new Map<number, (click: Click) => Promise<JoinAnswer>>()
  const looks = new Map<number, (ticket: Ticket) => Promise<Standing>>()
  const loading = new Map<number, Promise<void>>()
  const leasing = new Map<number, Promise<void>>()

  const once = (
    running: Map<number, Promise<void>>,
    sale: number,
    work: () => Promise<unknown>,
  ): Promise<void> => {
    const current = running.get(sale)
    if (current) return current
    const started = work()
      .then(() => undefined)
      .finally(() => running.delete(sale))
    running.set(sale, started)
    return started
  }

  const load = (sale: number): Promise<void> =>
    once(loading, sale, async () => {
      log.warn({ sale }, 'sale is not in redis, loading it from mysql')
      const loaded = await preloadSale(mysql, redis, sale)
      if (loaded?.phase === 'settled') throw new Problem('ended', { detail: `sale ${sale} is settled` })
    })

  const lease = (sale: number): Promise<void> => once(leasing, sale, () => leaseNumbers(mysql, redis, sale))

  /** Runs a call to the line, and once more after loading a sale that Redis does not know. */
  const loaded = async <R>(sale: number, work: () => Promise<R>): Promise<R> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof SaleUnloaded)) throw error
      await load(sale)
      return work()
    }
  }

  const runJoins = async (sale: number, clicks: Click[]): Promise<JoinAnswer[]> => {
    const answers = await askToJoin(sale, clicks)
    joinLog.note(
      sale,
      answers.flatMap(({ code, number }, i) =>
        code === JOIN.joined ? [{ number, request: clicks[i]!.request }] : [],
      ),
    )
    return answers
  }

  const askToJoin = async (sale: number, clicks: Click[]): Promise<JoinAnswer[]> => {
    const { numbersLeft, answers } = await loaded(sale, () => joinLine(redis, sale, clicks))
    if (numbersLeft < LOW_NUMBERS) {
      const leased = lease(sale).catch((error) => log.warn({ err: error, sale }, 'no ticket numbers leased'))
      if (answers.some((answer) => answer.code === JOIN.noNumbers)) {
        await leased
        return (await joinLine(redis, sale, clicks)).answers
      }
    }
    return answers
  }

  const runLooks = async (sale: number, tickets: Ticket[]): Promise<Standing[]> => {
    const { release, free, views } = await loaded(sale, () => lookAtTickets(redis, sale, tickets, absence()))
    return views.map((view) => ({ ...view, release, free }))
  }

  const gathered = <T, R>(
    bySale: Map<number, (item: T) => Promise<R>>,
    sale: number,
    run: (sale: number, items: T[]) => Promise<R[]>,
  ): ((item: T) => Promise<R>) => {
    let call = bySale.get(sale)
    if (!call) {
      call = gather<T, R>({
        run: (items) => run(sale, items),
        batchMost: 256,
        runsAtOnce: 2,
        waitingMost: 5_000,
        refuse: busy,
      })
      bySale.set(sale, call)
    }
    return call
  }

  return {
    join: (sale, click) => gathered(joins, sale, runJoins)(click),
    look: (ticket) => gathered(looks, ticket.sale, runLooks)(ticket),
    load,
    close: joinLog.flush,
  }
}
