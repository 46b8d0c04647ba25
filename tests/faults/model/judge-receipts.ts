import { isFinal } from '../buyer.ts'
import type { Evidence } from '../evidence.ts'
import type { Receipt } from '../receipts.ts'
import type { Problem } from './problem.ts'

/**
 * Where a ticket may be seen next. `released` -> `waiting` is the one way back: whoever was on the way when Redis was
 * lost stands at the same number again.
 */
const NEXT: Record<string, readonly string[]> = {
  waiting: ['*'],
  released: ['*'],
  awaiting_payment: ['expiring', 'paid', 'expired', 'cancelled', 'refunding', 'refunded'],
  expiring: ['paid', 'expired', 'cancelled', 'refunding', 'refunded'],
  expired: ['paid', 'refunding', 'refunded'],
  cancelled: ['refunding', 'refunded'],
  refunding: ['refunded'],
}

const mayFollow = (state: string, next: string): boolean => {
  const allowed = NEXT[state] ?? []
  return state === next || allowed.includes('*') || allowed.includes(next)
}

/** Every ticket has one final answer, which is its row; what was told before leads there. */
export function judgeReceipts({ receipts, orders, refusals }: Evidence): Problem[] {
  const problems: Problem[] = []
  const orderRows = new Map(orders.map((row) => [row.number, row]))
  const refusalRows = new Map(refusals.map((row) => [row.number, row]))
  const histories = new Map<string, Receipt[]>()
  const holders = new Map<number, string>()
  for (const receipt of [...receipts].sort((a, b) => a.at - b.at)) {
    const { ticket, number, buyer, what } = receipt
    if (ticket === undefined) continue
    histories.set(ticket, [...(histories.get(ticket) ?? []), receipt])
    if (what !== 'join' || number === undefined) continue
    const holder = holders.get(number) ?? buyer
    if (holder !== buyer)
      problems.push({ kind: 'duplicate', text: `number ${number} was given to ${holder} and to ${buyer}` })
    holders.set(number, holder)
  }

  for (const [ticket, history] of histories) {
    const number = history.find((receipt) => receipt.number !== undefined)?.number ?? 0
    const name = `ticket ${number} of ${history[0]!.buyer}`
    const answers = history.filter(({ what, status }) => what === 'poll' && status === 200)
    const last = answers.at(-1)?.state
    const order = orderRows.get(number)
    const row = order ?? refusalRows.get(number)
    if (history.some(({ what, status }) => what === 'poll' && status === 404))
      problems.push({ kind: 'lost', text: `${name} was called unknown (${ticket.slice(0, 20)}…)` })
    if (last === undefined || !isFinal(last))
      problems.push({
        kind: 'lost',
        text: `${name} ended as ${last ?? 'nothing'}; its row: ${row?.state ?? 'none'}`,
      })
    else if (row?.state !== last || row.buyer !== history[0]!.buyer)
      problems.push({ kind: 'untrue', text: `${name} was told ${last}; its row: ${row?.state ?? 'none'}` })

    // Two tabs ask at the same time: only what was asked after an answer was there has to come after it.
    let before: Receipt | undefined
    for (const now of answers) {
      if (before?.state && now.state && now.askedAt >= before.at && !mayFollow(before.state, now.state))
        problems.push({ kind: 'backwards', text: `${name} went from ${before.state} to ${now.state}` })
      before = now
    }
    for (const { order: told } of answers) {
      if (told !== undefined && !told.endsWith(`-${number}`))
        problems.push({ kind: 'untrue', text: `${name} was told order ${told}` })
      if (told !== undefined && order?.buyer !== history[0]!.buyer) {
        problems.push({ kind: 'untrue', text: `${name} was told of an order that has no row` })
        break
      }
    }
  }
  return problems
}
