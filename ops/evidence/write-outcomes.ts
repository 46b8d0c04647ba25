import { saleView } from '../sales/sale-view.ts'
import type { Evidence } from './gather-evidence.ts'
import type { Section } from './write-course.ts'
import { escapeText, tellMoney, tellNumber, tellSeconds, tellTime, toTable } from './write-text.ts'

export function writeFairness({ fairness, waits }: Evidence): Section {
  const { orders, overtaken, wantedMore, cameBack, passedOver, firstNumber, lastNumber, examples } = fairness
  const inOrder = orders === 0 ? 1 : (orders - overtaken) / orders
  const parts = [
    `<p>${tellNumber(orders)} tickets were released as orders, the numbers ${tellNumber(firstNumber)} to ${tellNumber(lastNumber)}.
<strong>${(100 * inOrder).toFixed(overtaken === 0 ? 0 : 2)}%</strong> of them were released in the order in which they were handed
out: nobody with a higher number before them.</p>`,
    toTable(
      ['somebody with a higher number was released first', 'orders'],
      [
        ['in all', overtaken],
        ['the ticket was for several units, more than were free', wantedMore],
        ['the ticket was lost with Redis and came back at its number', cameBack],
        ['the buyer had stopped asking; the place was kept and given back', passedOver],
      ],
    ),
  ]
  if (examples.length > 0) {
    const rows = examples.map(({ number, laterMs, why }) => [number, tellSeconds(laterMs / 1_000), why])
    parts.push(toTable(['ticket', 'released later by', 'why'], rows))
  }
  if (waits) {
    const { counted, medianS, p90S, longestS, below } = waits
    const rows = below
      .filter((row) => row.orders > 0)
      .map(({ boundS, orders: n }) => [
        boundS === Number.POSITIVE_INFINITY ? 'an hour or more' : `less than ${tellSeconds(boundS)}`,
        n,
        `${((100 * n) / counted).toFixed(1)}%`,
      ])
    parts.push(
      `<p>Waiting from the ticket to the release, of ${tellNumber(counted)} orders, to the second: median
${tellSeconds(medianS)}, nine of ten below ${tellSeconds(p90S)}, the longest ${tellSeconds(longestS)}.</p>`,
      toTable(['waited', 'orders', 'share'], rows),
    )
  }
  return ['Fairness of the order', parts.join('\n')]
}

export function writeMoney({ money, sale, audit, settlement }: Evidence): Section {
  const { currency } = sale
  const tell = (cents: number) => tellMoney(cents, currency)
  const times = money.times.map(({ at, orders, cents }) => [
    tellTime(at).slice(0, money.by === 'day' ? 10 : 16),
    orders,
    tell(cents),
  ])
  const told = settlement?.outbox
  return [
    'Money',
    [
      toTable(
        ['', 'orders', 'amount'],
        [
          ['paid', money.orders, tell(money.paidCents)],
          ['expected: paid units times the price', audit.outcomes.paid, tell(audit.paid * sale.priceCents)],
          ['came too late, refunded', money.refundedOrders, tell(money.refundedCents)],
          ['being refunded', audit.outcomes.refunding, tell(money.refundingCents)],
        ],
      ),
      times.length === 0 ? '' : toTable([`paid by the ${money.by}, UTC`, 'orders', 'amount'], times),
      settlement && told
        ? `<p>Settled at ${tellTime(settlement.settledAt)} by ${escapeText(settlement.settledBy)}: ${tellNumber(settlement.unitsBack)} units
${settlement.sku === null ? 'were left' : `went back to ${escapeText(settlement.sku)}`}, ${tellNumber(told.sent)} orders were told to the shop,
${tellNumber(told.waiting)} are still to be told.</p>`
        : '<p>The sale is not settled.</p>',
    ].join('\n'),
  ]
}

export function writeSettings({ sale, versions }: Evidence): Section {
  const { release, ...view } = saleView(sale)
  const rate = release === 'auto' ? 'auto' : `${release.batch} every ${release.everyMs} ms`
  const rows = Object.entries({ ...view, release: rate }).map(([name, value]) => [name, String(value ?? '–')])
  return [
    'Settings and versions',
    `${toTable(['setting', 'value'], rows)}${toTable(['program', 'version'], versions)}`,
  ]
}
