import type { Sample } from '../live/sample.ts'
import { drawFunnel } from './draw-funnel.ts'
import { drawLines } from './draw-lines.ts'
import type { Evidence } from './gather-evidence.ts'
import { seriesOf } from './sum-samples.ts'
import { escapeText, tellNumber, tellTime } from './write-text.ts'

/** A section of the report: a title and its HTML. */
export type Section = [title: string, html: string]

export function writeTimeline({ timeline }: Evidence): Section {
  const rows = timeline.map(
    ({ at, kind, who, what }) =>
      `<tr class="${kind}"><td class="time">${tellTime(at)}<td class="who">${escapeText(who)}<td>${escapeText(what)}`,
  )
  return [
    'Timeline',
    `<p class="soft">Times are UTC. Shaded: what people did, from the append-only record of actions.</p>
<table><thead><tr><th>time<th>who<th>what</thead><tbody>${rows.join('\n')}</tbody></table>`,
  ]
}

export function writeFunnel({ audit, totals, sale, money }: Evidence): Section {
  const { outcomes } = audit
  const counted = totals.seconds > 0
  const sum = (...states: (keyof typeof outcomes)[]) =>
    states.reduce((all, state) => all + outcomes[state], 0)
  const orders =
    audit.tickets - sum('sold_out', 'duplicate', 'left', 'closed') - audit.waiting - audit.inFlight
  return [
    'From click to payment',
    `${drawFunnel([
      { label: 'clicks of verified buyers', count: counted ? Math.round(totals.asked) : undefined },
      { label: 'let in by the share', count: counted ? Math.round(totals.passed) : undefined },
      { label: 'tickets handed out', count: audit.tickets },
      { label: 'released as an order', count: orders + outcomes.sold_out + outcomes.duplicate },
      { label: 'orders', count: orders },
      {
        label: 'paid',
        count: money.orders,
        note: `${tellNumber(audit.paid)} of ${tellNumber(sale.stock)} units`,
      },
    ])}
<p class="soft">The bars are on a logarithmic scale. Clicks are the sums of ${tellNumber(totals.seconds)} samples of one second;
clicks that the door refused before it asked for the buyer are below. Everything from the tickets on is counted in MySQL.</p>`,
  ]
}

export function writeCharts({ samples }: Evidence): Section {
  const lines = (...fields: [label: string, field: Parameters<typeof seriesOf>[1]][]) =>
    fields.map(([label, field]) => ({ label, points: seriesOf(samples, field) }))
  const charts = [
    drawLines('Clicks', 'a second', lines(['of verified buyers', 'asked'], ['let in', 'passed'])),
    drawLines('Line', 'tickets that wait', lines(['waiting', 'line'])),
    drawLines('Release', 'tickets a second', lines(['released', 'released'], ['rate that was set', 'rate'])),
    drawLines('Units', 'of the stock', lines(['left', 'left'], ['held', 'held'], ['paid', 'paid'])),
    drawLines('Order lag', 'ms from release to record', lines(['lag', 'lagMs'])),
    drawLines('Answers of gateways', 'ms', lines(['p50', 'p50Ms'], ['p99', 'p99Ms'])),
    drawLines('RabbitMQ', 'messages that wait', lines(['messages', 'queue'])),
  ].filter((chart) => chart !== '')
  const empty =
    '<p>No samples of this sale are kept: nobody ran a console, or they are older than 30 days.</p>'
  return ['Second by second', charts.length === 0 ? empty : `${charts.join('\n')}${sharedNote(samples)}`]
}

const sharedNote = (samples: readonly Sample[]): string =>
  `<p class="soft">From ${tellNumber(samples.length)} samples of one second. Order lag, answers and RabbitMQ are of all
sales together.</p>`
