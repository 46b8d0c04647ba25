import { noteEvent } from '../../contract/events.ts'
import { flyAgain, readBalance } from '../../contract/line/balance.ts'
import { tellOrders } from '../../contract/orders/tell-orders.ts'
import { preloadSale } from '../../contract/preload.ts'
import { allPaid, listLiveSales, nothingComesBack, readSale } from '../../contract/sales.ts'
import { SaleUnloaded } from '../../contract/scripts.ts'
import { tellStock } from '../../contract/stock/tell-stock.ts'
import type { Sale } from '../../contract/words.ts'
import type { Backends } from '../orders/serve-batch.ts'
import { readChanged } from './read-changed.ts'

/** The documented ways of repair; each is counted and logged. */
export const REPAIRS = ['reloaded', 'books_differed', 'flown_again', 'ending_told', 'stock_told'] as const
export type Repair = (typeof REPAIRS)[number]

const WORDS: Record<Repair, string> = {
  reloaded: 'the sale was loaded into Redis again',
  books_differed: 'the books in Redis stayed wrong, so the sale was loaded anew',
  flown_again: 'tickets whose message was lost were sent again',
  stock_told: 'Redis was told of a stock that was changed',
  ending_told: 'the line was told that everything is paid',
}

const tell = (details: object): string => {
  const text = JSON.stringify(details)
  return text === '{}' ? '' : `: ${text}`
}

export interface Reconciler {
  /** One round over all live sales. */
  round(): Promise<void>
}

/** A difference counts when it was the same in so many rounds: between two reads of a running sale there always is one. */
const ROUNDS = 3
/** A ticket that flies for so long, with nothing left in the queue, is sent again. */
const LONG_FLIGHT_MS = 15_000

/**
 * Compares what Redis tells with what MySQL has, and repairs Redis, never MySQL: orders that changed are told again
 * (versions make that harmless), tickets whose message was lost fly again, and a card whose books stay wrong is loaded
 * anew under a new epoch. Every worker may run it; all repairs can be made twice.
 */
export function createReconciler(
  { redis, mysql, log }: Backends,
  deps: {
    name: string
    queueIsEmpty: () => Promise<boolean>
    onRepair: (repair: Repair, count: number) => void
  },
): Reconciler {
  const differences = new Map<number, { difference: string; rounds: number }>()
  const flying = new Map<number, Map<number, number>>()
  let toldUntil = Date.now() - 60_000

  const repaired = (repair: Repair, sale: number, count: number, details: object = {}): void => {
    log.warn({ repair, sale, count, ...details }, 'reconciliation repaired')
    deps.onRepair(repair, count)
    const detail = `${WORDS[repair]}${count > 1 ? ` (${count})` : ''}${tell(details)}`
    void noteEvent(mysql, { sale, kind: 'repair', who: deps.name, detail }, log)
  }

  const tellChanged = async (sale: Sale, since: number): Promise<void> => {
    for (const orders of await readChanged(mysql, sale.id, since)) {
      await tellOrders(redis, sale.id, orders, allPaid(sale))
    }
  }

  const compareUnits = async (id: number): Promise<void> => {
    const before = await readSale(mysql, id)
    const balance = await readBalance(redis, id)
    if (!before) return
    // Whoever changed the stock may have died before Redis heard of it, or Redis before it could answer him.
    const falseEnd = balance.ending !== '' && !nothingComesBack(before)
    if (balance.epoch === before.epoch && (balance.stock !== before.stock || falseEnd)) {
      if (await tellStock(mysql, redis, id)) repaired('stock_told', id, 1, { redis: balance.stock })
      return
    }
    const expected = before.stock - before.sold
    const { waiting, flying } = balance
    const difference = [
      balance.left + balance.reserved - expected,
      waiting.counter - waiting.sum,
      flying.counter - flying.sum,
      balance.epoch - before.epoch,
    ].join('/')
    const known = differences.get(id)
    if (difference === '0/0/0/0') differences.delete(id)
    else if (known?.difference !== difference) differences.set(id, { difference, rounds: 1 })
    else if (++known.rounds >= ROUNDS) {
      differences.delete(id)
      await preloadSale(mysql, redis, id, 'force')
      repaired('books_differed', id, 1, {
        difference,
        left: balance.left,
        reserved: balance.reserved,
        expected,
      })
    }
    if (nothingComesBack(before) && balance.ending === '') {
      await tellOrders(redis, id, [], allPaid(before))
      repaired('ending_told', id, 1)
    }
    await resendLost(id, balance.flight)
  }

  const resendLost = async (id: number, flight: number[]): Promise<void> => {
    const now = Date.now()
    const seen = flying.get(id) ?? new Map<number, number>()
    const still = new Map(flight.map((number) => [number, seen.get(number) ?? now]))
    flying.set(id, still)
    const lost = [...still].filter(([, since]) => now - since > LONG_FLIGHT_MS).map(([number]) => number)
    if (lost.length === 0 || !(await deps.queueIsEmpty())) return
    await flyAgain(redis, id, lost.slice(0, 1_000))
    for (const number of lost) still.set(number, now)
    repaired('flown_again', id, lost.length)
  }

  return {
    async round() {
      // Commits that were under way when the last round began may carry an older time.
      const since = toldUntil - 15_000
      const began = Date.now()
      const sales = await listLiveSales(mysql)
      for (const sale of sales) {
        try {
          await tellChanged(sale, since)
          await compareUnits(sale.id)
        } catch (error) {
          if (!(error instanceof SaleUnloaded)) throw error
          await preloadSale(mysql, redis, sale.id)
          repaired('reloaded', sale.id, 1)
        }
      }
      toldUntil = began
    },
  }
}
