import { setTimeout as sleep } from 'node:timers/promises'
import { tellAutoRelease } from '../../contract/auto-release.ts'
import { saleKeys } from '../../contract/keys.ts'
import { changeRelease } from '../../ops/sales/change-release.ts'
import type { SaleStores } from '../../ops/sales/sale-stores.ts'
import type { Link } from '../../stack/link.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Series } from '../scenario.ts'
import { fillLine } from './fill-line.ts'
import { booksOf, openStandingSale, soldOf, untilSold } from './sell-line.ts'

const EVERY_MS = 250
/** The line is never shorter than so many tickets, and grows by so many. */
const LINE = 10_000
/** What goes to MySQL then, all workers together: some 500 orders a second. */
const SLOW_BYTES_PER_SECOND = 100_000

interface Moment {
  s: number
  window: number
  inFlight: number
  lagMs: number
  sold: number
}

export interface Slowed {
  series: Series[]
  /** Means of the seconds in which nothing changed any more. */
  before: Phase
  slow: Phase
  after: Phase
  sold: number
  wrong: string[]
}
export interface Phase {
  perSecond: number
  window: number
  lagMs: number
}

/** Sells under auto release while MySQL is well, slow, and well again, each for so many seconds. */
export async function slowDatabase(
  stack: Stack,
  stores: SaleStores,
  link: Link,
  seconds: number,
  line = LINE,
): Promise<Slowed> {
  const sale = await openStandingSale(stack, stores, 100 * line)
  let joined = 0
  const feed = async (): Promise<void> => {
    if ((await stores.redis.zcard(saleKeys(sale).line)) >= line) return
    await fillLine(stores.redis, sale, { prefix: `f${sale}-`, from: joined + 1, count: line })
    joined += line
  }
  await feed()
  await feed()
  await changeRelease(stores, sale, 'auto')
  const began = Date.now()
  const moments: Moment[] = []
  const watch = async (until: number): Promise<void> => {
    for (; Date.now() - began < until * 1_000; await sleep(EVERY_MS)) {
      await feed()
      const [told, sold] = [await tellAutoRelease(stores.redis, sale), await soldOf(stores, sale)]
      const s = (Date.now() - began) / 1_000
      if (told) moments.push({ s, window: told.window, inFlight: told.inFlight, lagMs: told.lagMs, sold })
    }
  }
  await watch(seconds)
  link.slow({ bytesPerSecond: SLOW_BYTES_PER_SECOND })
  await watch(2 * seconds)
  link.heal()
  await watch(3 * seconds)
  await untilSold(stores, sale, joined)
  const phase = (from: number, to: number): Phase =>
    meanOf(moments.filter(({ s }) => s >= from * seconds && s < to * seconds))
  return {
    series: toSeries(moments).map((one) => ({ ...one, shaded: [seconds, 2 * seconds] })),
    ...{ before: phase(0.4, 1), slow: phase(1.5, 2), after: phase(2.4, 3) },
    sold: joined,
    wrong: await booksOf(stores, sale, joined),
  }
}

function meanOf(moments: Moment[]): Phase {
  const [first, last] = [moments[0]!, moments.at(-1)!]
  const mean = (of: 'window' | 'lagMs') => moments.reduce((sum, one) => sum + one[of], 0) / moments.length
  const perSecond = (last.sold - first.sold) / Math.max(0.001, last.s - first.s)
  return { perSecond, window: mean('window'), lagMs: mean('lagMs') }
}

function toSeries(moments: Moment[]): Series[] {
  // Over a second, since batches come in lumps.
  const STEPS = 1_000 / EVERY_MS
  const rate = moments.slice(STEPS).map((moment, i): [number, number] => {
    const earlier = moments[i]!
    return [moment.s, (moment.sold - earlier.sold) / (moment.s - earlier.s)]
  })
  const of = (key: 'window' | 'inFlight' | 'lagMs') =>
    moments.map((one): [number, number] => [one.s, one[key]])
  return [
    { label: 'window', unit: 'tickets', points: of('window') },
    { label: 'in flight', unit: 'tickets', points: of('inFlight') },
    { label: 'order lag', unit: 'ms', points: of('lagMs') },
    { label: 'durable orders', unit: 'orders/s', points: rate },
  ]
}
