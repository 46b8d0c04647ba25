import { Gauge, type Registry } from 'prom-client'
import { type Pool, select } from '../../platform/mysql.ts'

/** States of a payment that the provider is still asked about. */
const ASKED_STATES = ['opening', 'open', 'refunding'] as const

/**
 * Metrics of the payments that are not settled: how many the provider is asked about, how often about the most stubborn of
 * them, and how long the oldest refund has waited. @returns counts them anew.
 */
export function watchUnsettled(metrics: Registry, mysql: Pool): () => Promise<void> {
  const asked = new Gauge({
    name: 'sluice_payments_to_ask',
    help: 'Payments that the provider is asked about, by state',
    labelNames: ['state'],
    registers: [metrics],
  })
  const most = new Gauge({
    name: 'sluice_payment_asked_most',
    help: 'How often the provider was asked about the one that it was asked about most',
    registers: [metrics],
  })
  const waited = new Gauge({
    name: 'sluice_refund_oldest_seconds',
    help: 'How long the oldest refund has waited for the provider; 0: none waits',
    registers: [metrics],
  })
  return async () => {
    // By the index of ask_at, which only these have.
    const rows = await select<{ state: string; payments: number; asked: number; oldest: Date }>(
      mysql,
      `SELECT state, COUNT(*) AS payments, MAX(asked) AS asked, MIN(updated_at) AS oldest FROM payments
       WHERE ask_at IS NOT NULL GROUP BY state`,
    )
    const of = (state: string) => rows.find((row) => row.state === state)
    for (const state of ASKED_STATES) asked.set({ state }, Number(of(state)?.payments ?? 0))
    most.set(Math.max(0, ...rows.map((row) => Number(row.asked))))
    const since = of('refunding')?.oldest.getTime()
    waited.set(since === undefined ? 0 : Math.max(0, (Date.now() - since) / 1_000))
  }
}
