import type { Sample } from '../../contract/console/sample.ts'
import { type DoorCounts, type EdgeReport, TOOK_MS } from '../../contract/reports.ts'
import { tellCalls } from '../doors/tell-calls.ts'
import { percentile } from './percentile.ts'
import { short } from './short.ts'

/** What all doors together do with the calls of one sale, a second. */
export type Calls = Required<Omit<DoorCounts, 'since'>>

const NOTHING: readonly number[] = Array(TOOK_MS.length + 1).fill(0)
const none = (): Calls => ({ door: {}, gateway: {}, took: [...NOTHING] })

/** A door's counters as one list, by sale, kind and name: as rates want it. */
export function doorCounts({ counted = {} }: EdgeReport): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [sale, { door, gateway, took }] of Object.entries(counted)) {
    for (const [kind, list] of Object.entries({ door, gateway, took }))
      for (const [name, count] of Object.entries(list ?? {})) counts[`${sale} ${kind} ${name}`] = count
  }
  return counts
}

/** The rates of such a list, apart again. */
export function callsBySale(rates: Record<string, number>): Map<string, Calls> {
  const sales = new Map<string, Calls>()
  for (const [key, rate] of Object.entries(rates)) {
    const [sale, kind, name] = key.split(' ') as [string, keyof Calls, string]
    const calls = sales.get(sale) ?? none()
    sales.set(sale, calls)
    if (kind === 'took') calls.took[Number(name)] = rate
    else calls[kind][name] = rate
  }
  return sales
}

/** Of one sale. Not known where a door that reports does not count it by itself. */
export function callsOfSale(
  calls: ReadonlyMap<string, Calls>,
  doors: ReadonlyMap<string, EdgeReport>,
  sale: number,
): Pick<Sample, 'steps' | 'outcomes' | 'polls' | 'saleP50Ms' | 'saleP99Ms'> {
  if ([...doors.values()].some(({ counted }) => counted?.[sale] === undefined)) return {}
  const own = calls.get(String(sale)) ?? none()
  const { steps, outcomes, polls } = tellCalls(own)
  const [p50, p99] = latencyOf([own])
  return {
    ...{ steps: rounded(steps), outcomes: rounded(outcomes), polls: rounded(polls) },
    ...(p50 === undefined || p99 === undefined ? {} : { saleP50Ms: short(p50), saleP99Ms: short(p99) }),
  }
}

/** The median and the 99th percentile of what gateways took, ms; undefined where they answered nothing. */
export function latencyOf(calls: readonly Calls[]): (number | undefined)[] {
  const took = NOTHING.map((_, i) => calls.reduce((sum, one) => sum + (one.took[i] ?? 0), 0))
  return [0.5, 0.99].map((share) => percentile(took, TOOK_MS, share))
}

const rounded = (rates: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(rates)
      .filter(([, rate]) => rate > 0)
      .map(([name, rate]) => [name, short(rate)]),
  )
