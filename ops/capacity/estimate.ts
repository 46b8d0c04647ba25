import type { Page } from './page-weight.ts'
import type { Knees, Measured } from './read-measured.ts'
import { makeRow, type Row, type RowName } from './rows.ts'

export interface CapacityInput {
  /** Page views of a whole day. */
  dailyViews: number
  /** The part of them in the peak window, 0 to 1. */
  peakShare: number
  peakWindowS: number
  /** So many times the estimate. */
  safety: number
  /** Clicks on "buy" as a part of views, 0 to 1. */
  buyShare: number
  stock: number
  /** Tickets that may wait beyond the stock. */
  standby: number
  /** The stock should be sold within so many seconds. */
  sellWithinS: number
  /** The part of the pages that a CDN serves, 0 to 1. */
  cdnShare: number
  /** nginx workers of one door: its cores. */
  doorCores: number
  /** The part of a measured rate that is planned with, above 0 to 1. */
  headroom: number
}

export interface Part {
  part: string
  /** What is asked of it, as a part of what it was measured to do. */
  utilisation: number
}

export interface Estimate {
  rows: Row[]
  plan: { doors: number; gateways: number; workers: number; release: string }
  /** Fullest first; the first one is the bottleneck. */
  parts: Part[]
  /** Whether every part stays within the headroom. */
  fits: boolean
}

/** Connections that a gateway or a worker opens to MySQL, and those for the console, the command line and a backup. */
const CONNECTIONS = { process: 4, others: 10 }
/** Any one may die. */
const LEAST = 2

/**
 * The estimate of the field (the share of a day's traffic in its peak, times a safety factor), held against what the
 * benchmarks measured: how many of everything, how fast to release, and what fills up first.
 */
export function estimate(input: CapacityInput, knees: Knees, page: Page): Estimate {
  const { dailyViews, peakShare, peakWindowS, safety, buyShare, stock, standby, headroom } = input
  const rows: Row[] = []
  const row = (name: RowName, value: number, from: string): number => {
    rows.push(makeRow(name, value, from))
    return value
  }
  const many = (need: number, one: number) => Math.max(LEAST, Math.ceil(need / (one * headroom)))

  const views = row(
    'views',
    (dailyViews * peakShare * safety) / peakWindowS,
    'daily views × peak share × safety ÷ peak window',
  )
  const pages = row('pages', views * (1 - input.cdnShare), 'views × (1 − CDN share)')
  row('bandwidth', (pages * page.value * 8) / 1e6, `pages × ${page.value} bytes (${page.from}) × 8`)
  const clicks = row('clicks', views * buyShare, 'views × buy share')
  const places = row('places', stock + standby, 'stock + standby')
  const joins = row(
    'joins',
    Math.min(clicks, places),
    'clicks, but no more in a second than there are places',
  )
  const orders = row(
    'orders',
    Math.min(clicks, stock / input.sellWithinS),
    'stock ÷ time to sell it, but no more than clicks',
  )
  const polls = row(
    'polls',
    places / knees.pollDelayS.value,
    `places ÷ ${round(knees.pollDelayS.value)} s (${knees.pollDelayS.from})`,
  )
  const doorWork = row(
    'doorWork',
    (pages * page.requests) / knees.pagesPerS.value +
      clicks / knees.clicksPerS.value +
      polls / knees.pollsPerS.value,
    `pages × ${page.requests} requests ÷ ${per(knees.pagesPerS)} + clicks ÷ ${per(knees.clicksPerS)} + polls ÷ ${per(knees.pollsPerS)}`,
  )
  const doors = row(
    'doors',
    many(doorWork, input.doorCores),
    `nginx workers busy ÷ (${input.doorCores} cores × headroom), ${LEAST} at least`,
  )
  const gateways = row(
    'gateways',
    many(joins, knees.gatewayJoinsPerS.value),
    `joins ÷ (${per(knees.gatewayJoinsPerS)} × headroom), ${LEAST} at least`,
  )
  const workers = row(
    'workers',
    many(orders, knees.workerOrdersPerS.value),
    `orders ÷ (${per(knees.workerOrdersPerS)} × headroom), ${LEAST} at least`,
  )
  const highest = row(
    'highestRelease',
    knees.lineOrdersPerS.value * headroom,
    `${per(knees.lineOrdersPerS)} × headroom`,
  )
  row(
    'redisMemory',
    (places * knees.bytesPerTicket.value) / 1e6,
    `places × ${round(knees.bytesPerTicket.value)} bytes (${knees.bytesPerTicket.from})`,
  )
  row('mysqlRows', orders, 'orders: one row a ticket')
  row('mysqlRowsInAll', places, 'places: an order or a refusal each')
  row(
    'mysqlConnections',
    CONNECTIONS.process * (gateways + workers) + CONNECTIONS.others,
    `${CONNECTIONS.process} × (gateways + workers) + ${CONNECTIONS.others} for console, command line and backup`,
  )

  const parts: Part[] = [
    { part: 'doors', utilisation: doorWork / (doors * input.doorCores) },
    { part: 'gateways', utilisation: joins / (gateways * knees.gatewayJoinsPerS.value) },
    { part: 'workers', utilisation: orders / (workers * knees.workerOrdersPerS.value) },
    { part: 'MySQL', utilisation: orders / knees.mysqlRowsPerS.value },
    { part: 'Redis', utilisation: (joins * knees.redisUsPerOrder.value) / 1e6 },
    { part: 'the whole line on one machine', utilisation: orders / knees.lineOrdersPerS.value },
  ].sort((a, b) => b.utilisation - a.utilisation)
  return {
    rows,
    plan: { doors, gateways, workers, release: releaseFor(Math.min(orders, highest)) },
    parts,
    fits: parts.every(({ utilisation }) => utilisation <= headroom),
  }
}

/** BATCH/MS for so many tickets a second: batches of a tenth of a second, or single tickets where that is too many. */
export const releaseFor = (perSecond: number): string =>
  perSecond >= 10 ? `${Math.ceil(perSecond / 10)}/100` : `1/${Math.max(100, Math.floor(1_000 / perSecond))}`

const round = (value: number): string => (value >= 100 ? String(Math.round(value)) : value.toPrecision(3))
const per = ({ value, from }: Measured): string => `${round(value)}/s (${from})`
