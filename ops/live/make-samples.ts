import type { Sample } from '../../contract/console/sample.ts'
import type { GatewayLoad, WorkerLoad } from '../../contract/reports.ts'
import { createRates, type Reading } from './rates.ts'
import type { LiveSale } from './read-live-sales.ts'
import type { Pulse } from './read-pulse.ts'
import { type Calls, callsBySale, callsOfSale, doorCounts, latencyOf } from './sample-calls.ts'
import { short } from './short.ts'

/**
 * Makes the samples of each second; remembers of the second before what rates need.
 * @returns a function of the sales, whether their rows are of now, what Redis says (undefined: it is away), and now, ms.
 */
export function createSamples() {
  const atDoors = createRates()
  const atGateways = createRates()
  const atWorkers = createRates()

  return (
    sales: readonly LiveSale[],
    fresh: boolean,
    pulse: Pulse | undefined,
    now: number,
  ): Map<number, Sample> => {
    atDoors.note(pulse ? readings(pulse.doors, doorCounts) : new Map(), now)
    atGateways.note(pulse ? readings(pulse.gateways, ({ released = {} }) => released) : new Map(), now)
    atWorkers.note(pulse ? readings(pulse.workers, ({ tickets }) => ({ tickets })) : new Map(), now)
    const released = atGateways.perSecond(now)
    const recorded = atWorkers.perSecond(now)
    const rates = atDoors.perSecond(now)
    const calls = rates && callsBySale(rates)
    const shared = pulse ? ofAllSales(pulse, calls, now) : {}
    return new Map(
      sales.map((sale) => {
        const ofRow = fresh
          ? { stock: sale.stock, left: sale.stock - sale.sold, held: sale.sold - sale.paid, paid: sale.paid }
          : {}
        return [
          sale.id,
          {
            ...{ at: now, phase: sale.phase },
            ...ofRow,
            ...known({ rate: sale.rate, released: released?.[sale.id], recorded: recorded?.tickets }),
            ...(pulse ? ofOneSale(pulse, sale.id) : {}),
            ...(pulse && calls ? callsOfSale(calls, pulse.doors, sale.id) : {}),
            ...shared,
          },
        ]
      }),
    )
  }
}

/** Of those who say when they counted: the others are of another version. */
function readings<T extends { at?: number; began?: number }>(
  reports: ReadonlyMap<string, T>,
  counts: (report: T) => Record<string, number>,
): Map<string, Reading> {
  const list = new Map<string, Reading>()
  for (const [name, report] of reports) {
    const { at, began } = report
    if (at !== undefined && began !== undefined) list.set(name, { at, began, counts: counts(report) })
  }
  return list
}

function ofOneSale({ cards, doors, centre, snapshot }: Pulse, sale: number): Partial<Sample> {
  const demands = [...doors.values()].flatMap(({ sales }) => sales[sale] ?? [])
  const sum = (of: 'asked' | 'passed') => demands.reduce((all, demand) => all + demand[of], 0)
  const card = cards.get(sale)
  const limitedBy = card?.window === undefined ? undefined : centre.auto?.limitedBy
  const numbers = known({
    ...card,
    // A door that reports and does not name the sale has seen nobody ask for it.
    ...(doors.size > 0 ? { asked: sum('asked'), passed: sum('passed') } : {}),
    share: snapshot?.sales[sale]?.share ?? centre.shares[sale]?.share,
  })
  return limitedBy === undefined ? numbers : { ...numbers, limitedBy }
}

function ofAllSales(
  { doors, gateways, workers, snapshot }: Pulse,
  calls: ReadonlyMap<string, Calls> | undefined,
  now: number,
): Partial<Sample> {
  const [p50Ms, p99Ms] = calls ? latencyOf([...calls.values()]) : []
  const work = [...workers.values()]
  const busy = work.filter(({ batchMs }) => batchMs > 0)
  return known({
    ...{ p50Ms, p99Ms },
    snapshotAgeMs: most([...doors.values()].flatMap(({ written_age_ms = [] }) => written_age_ms)),
    queue: most([...gateways.values()].map(({ queue }) => queue)),
    lagMs: lagOf(work, [...gateways.values()]),
    batchTickets: mean(busy.map(({ batchTickets }) => batchTickets)),
    batchMs: mean(busy.map(({ batchMs }) => batchMs)),
    dbMs: mean(busy.map(({ dbMs }) => dbMs)),
    level: snapshot && now - snapshot.at < 5_000 ? snapshot.switches?.level : undefined,
    ...{ doors: doors.size, gateways: gateways.size, workers: workers.size },
  })
}

/** By the workers, who know it; a ticket that is not recorded yet counts with its age. Without workers, by the cards. */
const lagOf = (work: readonly WorkerLoad[], gateways: readonly GatewayLoad[]): number | undefined =>
  work.length > 0
    ? most(work.map(({ lagMs, oldestMs }) => Math.max(lagMs, oldestMs)))
    : most(gateways.map(({ orderLagMs }) => orderLagMs))

const most = (values: number[]): number | undefined => (values.length === 0 ? undefined : Math.max(...values))
const mean = (values: number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length

type Known = Partial<Record<keyof Sample, number | undefined>>

/** Without what is not known, and in few digits. */
function known(values: Known): Partial<Sample> {
  const list: Record<string, number> = {}
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && Number.isFinite(value)) list[name] = short(value)
  }
  return list as Partial<Sample>
}
