import type { ClickReport } from './click-order.ts'
import { newLatency, record } from './latency.ts'

/** Counts answers as they come, cheaply: the generator shares the machine with what it measures. */
export interface Tally {
  readonly report: ClickReport
  answered: number
  sent(): void
  answer(status: number, us: number, body: Buffer | undefined): void
  fail(error: Error): void
}

const CODE = '"code":"'
const NUMBER = '"number":'

export function newTally(requests: number, keepAccepted: boolean): Tally {
  const report: ClickReport = {
    ...{ requests, statuses: {}, reasons: {}, failed: 0, firstAt: 0, lastAt: 0 },
    ...{ latency: {}, accepted: [], cpuMs: 0 },
  }
  return {
    report,
    answered: 0,
    sent() {
      if (report.firstAt === 0) report.firstAt = Date.now()
    },
    answer(status, us, body) {
      this.answered++
      report.lastAt = Date.now()
      report.statuses[status] = (report.statuses[status] ?? 0) + 1
      report.latency[status] ??= newLatency()
      record(report.latency[status], us)
      if (body === undefined) return
      if (status >= 400) {
        const at = body.indexOf(CODE)
        const code =
          at < 0
            ? `${status}`
            : body.toString('latin1', at + CODE.length, body.indexOf('"', at + CODE.length))
        report.reasons[code] = (report.reasons[code] ?? 0) + 1
      } else if (status === 202 && keepAccepted) {
        const at = body.indexOf(NUMBER) + NUMBER.length
        report.accepted.push(Number.parseInt(body.toString('latin1', at, at + 16), 10), report.lastAt)
      }
    },
    fail(error) {
      report.failed++
      report.failure ??= error.message
    },
  }
}
