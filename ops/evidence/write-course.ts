import type { Sample } from '../../contract/console/sample.ts'
import { ASKED_OF_ANYBODY, countAll, tellCalls } from '../doors/tell-calls.ts'
import { drawFunnel } from './draw-funnel.ts'
import { drawLines } from './draw-lines.ts'
import type { Evidence } from './gather-evidence.ts'
import { seriesOf } from './sample-series.ts'
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

export function writeFunnel({ audit, counts, sale, money }: Evidence): Section {
  const { outcomes } = audit
  const steps = counts && tellCalls(counts).steps
  const sum = (...states: (keyof typeof outcomes)[]) =>
    states.reduce((all, state) => all + outcomes[state], 0)
  const orders =
    audit.tickets - sum('sold_out', 'duplicate', 'left', 'closed') - audit.waiting - audit.inFlight
  return [
    'From click to payment',
    `${drawFunnel([
      { label: 'clicks', count: steps && countAll(steps) },
      {
        label: 'of verified buyers',
        count: steps && countAll(steps, (question) => !ASKED_OF_ANYBODY.includes(question)),
      },
      { label: 'passed on to a gateway', count: steps && (steps.passed ?? 0) },
      { label: 'tickets handed out', count: audit.tickets },
      { label: 'released as an order', count: orders + outcomes.sold_out + outcomes.duplicate },
      { label: 'orders', count: orders },
      {
        label: 'paid',
        count: money.orders,
        note: `${tellNumber(audit.paid)} of ${tellNumber(sale.stock)} units`,
      },
    ])}
<p class="soft">The bars are on a logarithmic scale. ${howCounted(counts)} Most clicks end before the door asks for their buyer: of
a sale that is not open, or sold out. Everything from the tickets on is counted in MySQL.</p>`,
  ]
}

/** What the numbers of clicks are, in the funnel's words. */
function howCounted(counts: Evidence['counts']): string {
  if (!counts) return 'Nobody ran a console that would have kept what the doors counted of this sale.'
  const { doors, at } = counts
  return `Clicks are of this sale alone, each counted once by the door that it came to: ${tellNumber(doors)}
${doors === 1 ? 'door has' : 'doors have'} told their counts, last at ${tellTime(at)} UTC. What a door had counted in the last
second before it died is missing.`
}

export function writeCharts({ samples }: Evidence): Section {
  const lines = (...series: [label: string, of: (sample: Sample) => number | undefined][]) =>
    series.map(([label, of]) => ({ label, points: seriesOf(samples, of) }))
  const charts = [
    drawLines(
      'Clicks',
      'a second',
      lines(
        ['all', ({ steps }) => steps && countAll(steps)],
        ['of verified buyers', ({ asked }) => asked],
        ['let in by the share', ({ passed }) => passed],
      ),
    ),
    drawLines('Line', 'tickets that wait', lines(['waiting', ({ line }) => line])),
    drawLines(
      'Release',
      'tickets a second',
      lines(['released', ({ released }) => released], ['rate that was set', ({ rate }) => rate]),
    ),
    drawLines(
      'Units',
      'of the stock',
      lines(['left', ({ left }) => left], ['held', ({ held }) => held], ['paid', ({ paid }) => paid]),
    ),
    drawLines('Order lag', 'ms from release to record', lines(['lag', ({ lagMs }) => lagMs])),
    drawLines(
      'Answers of gateways',
      'ms',
      lines(['p50', ({ saleP50Ms }) => saleP50Ms], ['p99', ({ saleP99Ms }) => saleP99Ms]),
    ),
    drawLines('RabbitMQ', 'messages that wait', lines(['messages', ({ queue }) => queue])),
  ].filter((chart) => chart !== '')
  const empty =
    '<p>No samples of this sale are kept: nobody ran a console, or they are older than 30 days.</p>'
  return ['Second by second', charts.length === 0 ? empty : `${charts.join('\n')}${sharedNote(samples)}`]
}

const sharedNote = (samples: readonly Sample[]): string =>
  `<p class="soft">From ${tellNumber(samples.length)} samples of one second. Order lag and RabbitMQ are of all sales
together.</p>`
