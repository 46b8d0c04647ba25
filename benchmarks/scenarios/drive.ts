import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickOrder, ClickReport } from '../load/click-order.ts'
import { type Clicks, prepareClicks } from '../load/clicks.ts'
import { type Latency, newLatency, record } from '../load/latency.ts'
import { cpuBetween, readUsage } from '../measure/processes.ts'
import type { RowWatch } from '../measure/watch-rows.ts'
import type { Bench } from '../scenario.ts'

/** What one side, product or floor, did in a closed loop. */
export interface Side {
  perSecond: number
  report: ClickReport
  rows: number
  /** µs of CPU an order, by process. */
  cpu: Record<string, number>
}

/** Says the same as orders per second where all cores are busy, and does not change when others use them too. */
export const total = (cpu: Record<string, number>): number =>
  Object.values(cpu).reduce((sum, us) => sum + us, 0)

export const isOurs = (role: string): boolean => role === 'gateway' || role === 'worker'

/** Clicks in a closed loop until every accepted one has its row. */
export async function drive(
  bench: Bench,
  name: string,
  order: ClickOrder,
  watch: RowWatch,
  processes: () => { name: string; pid: number }[],
): Promise<Side> {
  const clicks = await prepareClicks(order)
  const before = readUsage(processes())
  const report = await withProgress(bench, name, clicks, watch)
  await watch.until(report.statuses['202'] ?? 0)
  await watch.stop()
  const spent = { ...cpuBetween(before, readUsage(processes())), 'load generator': report.cpuMs }
  const rows = watch.seen.size
  const lastRowAt = Math.max(0, ...watch.seen.values())
  const cpu = Object.fromEntries(Object.entries(spent).map(([key, ms]) => [key, (ms * 1000) / rows]))
  return { perSecond: (rows * 1000) / (lastRowAt - report.firstAt), report, rows, cpu }
}

export async function withProgress(
  bench: Bench,
  name: string,
  clicks: Clicks,
  watch: RowWatch,
): Promise<ClickReport> {
  let done = false
  const tell = async () => {
    while (!done) {
      bench.progress(`${name}: ${clicks.answered()} answers, ${watch.seen.size} orders`)
      await sleep(200)
    }
  }
  const telling = tell()
  const report = await clicks.go().finally(() => {
    done = true
  })
  await telling
  return report
}

/** From each 202 at the buyer to the first look (every 10 ms) that saw its committed row. */
export function lagOf(report: ClickReport, watch: RowWatch): Latency {
  const lag = newLatency()
  for (let i = 0; i < report.accepted.length; i += 2) {
    const seenAt = watch.seen.get(report.accepted[i]!)
    if (seenAt !== undefined) record(lag, Math.max(0, seenAt - report.accepted[i + 1]!) * 1000)
  }
  return lag
}
