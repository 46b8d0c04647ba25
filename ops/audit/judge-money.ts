import type { Finding } from './finding.ts'
import { toRanges } from './number-ranges.ts'
import type { MysqlBooks } from './read-mysql.ts'

/** Whether all money that came in has goods or went back, and every unit given back was given back once, for a reason. */
export function judgeMoney({ sale, money }: MysqlBooks): Finding[] {
  const findings: Finding[] = []
  const each = <T extends { number: number }>(kind: string, faults: T[], say: (fault: T) => string) => {
    if (faults.length === 0) return
    const found = new Map(faults.map((fault) => [fault.number, fault]))
    findings.push({
      kind,
      tickets: toRanges(faults.map(({ number }) => [number, number] as const)),
      sentenceFor: (number) => `ticket ${sale.id}-${number} ${say(found.get(number)!)}`,
    })
  }

  if (money.cameIn !== money.explained) {
    const sentence =
      `payments brought in ${money.cameIn} cents, but the orders that are paid, refunded or being refunded ` +
      `are for ${money.explained}`
    findings.push({ kind: 'money', sentence })
  }
  each('payment', money.wrongPayments, ({ state, amountCents, currency, payment }) => {
    const order = `is ${state} for ${amountCents} ${currency} cents`
    if (!payment) return `${order}, but has no payment`
    return `${order}, but its payment is ${payment.state} for ${payment.amountCents} ${payment.currency} cents`
  })
  each('event', money.wrongEvents, ({ payment, events }) =>
    events === 0
      ? `has a payment that is ${payment}, but no event says that it came in`
      : `has a payment that is ${payment}, though an event says that it came in`,
  )
  each('restore', money.wrongRestores, ({ state, quantity, restore }) =>
    restore
      ? `is ${state} with ${quantity} units, but ${restore.quantity} were given back as ${restore.reason}`
      : `is ${state}, but its ${quantity} units were not given back`,
  )
  each('taking', money.wrongTaking, ({ whenPaid }) =>
    whenPaid
      ? 'takes its units when it is paid, but its sale takes them at the order'
      : 'takes its units at the order, but its sale takes them at the payment',
  )
  return findings
}
