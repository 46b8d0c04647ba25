import type { Evidence } from './evidence.ts'
import { judgeMoney } from './model/judge-money.ts'
import { judgeReceipts } from './model/judge-receipts.ts'
import { judgeUnits } from './model/judge-units.ts'
import type { Problem } from './model/problem.ts'

export const RECOVER_WITHIN_MS = 15_000

/**
 * The model: what must hold of every run, whatever struck it. Small on purpose: it knows promises, not the product.
 * No problems: green.
 */
export function judge(evidence: Evidence): Problem[] {
  const problems = [...judgeUnits(evidence), ...judgeReceipts(evidence), ...judgeMoney(evidence)]
  for (const { fault, ms } of evidence.recoveries) {
    if (ms === undefined || ms > RECOVER_WITHIN_MS)
      problems.push({
        kind: 'recovery',
        text: `after ${fault} nothing could be bought for ${ms === undefined ? 'as long as was waited' : `${ms} ms`}`,
      })
  }
  if (!evidence.settled)
    problems.push({ kind: 'unsettled', text: 'orders or buyers were still open when its time was over' })
  if (!evidence.audit) problems.push({ kind: 'audit', text: 'the audit did not answer' })
  for (const text of evidence.audit?.problems ?? []) problems.push({ kind: 'audit', text })
  return problems
}
