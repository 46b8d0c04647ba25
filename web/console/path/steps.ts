import type { RehearsalReport } from '../../../contract/console/rehearsal.ts'
import type { ShownSale } from '../../../contract/console/sale.ts'
import { toMs } from '../format.ts'

export const STEPS = [
  'register',
  'publish',
  'preload',
  'rehearse',
  'open',
  'sell',
  'settle',
  'evidence',
] as const
export type StepName = (typeof STEPS)[number]
export type StepState = 'done' | 'now' | 'later' | 'skipped'

/** What is done of a sale's path, and what is next. `rehearsed` is the newest rehearsal, where there was one. */
export function statesOf(
  sale: ShownSale,
  rehearsed: RehearsalReport | undefined,
  now: number,
): Record<StepName, StepState> {
  const published = sale.phase !== 'draft'
  const opened = published && now >= toMs(sale.opensAt)
  const over =
    sale.phase === 'closed' || sale.phase === 'settled' || (published && now >= toMs(sale.closesAt))
  const soldOut = sale.paid >= sale.stock
  const done: Record<StepName, boolean> = {
    register: true,
    publish: published,
    preload: published,
    rehearse: rehearsed?.go === true,
    open: opened,
    sell: over || (opened && soldOut),
    settle: sale.phase === 'settled',
    evidence: sale.phase === 'settled',
  }
  const next = STEPS.find((step) => !done[step] && !(step === 'rehearse' && opened))
  const stateOf = (step: StepName): StepState => {
    if (done[step]) return 'done'
    if (step === 'rehearse' && opened) return 'skipped'
    return step === next ? 'now' : 'later'
  }
  return Object.fromEntries(STEPS.map((step) => [step, stateOf(step)])) as Record<StepName, StepState>
}
