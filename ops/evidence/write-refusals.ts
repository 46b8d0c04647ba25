import { countAll, tellCalls } from '../doors/tell-calls.ts'
import type { Evidence } from './gather-evidence.ts'
import type { Section } from './write-course.ts'
import { toTable } from './write-text.ts'

const OUTCOMES = [
  ['sold_out', 'sold out before their turn'],
  ['duplicate', 'the buyer had another ticket'],
  ['left', 'the buyer left the line'],
  ['closed', 'the sale ended first'],
  ['expired', 'not paid in time'],
  ['cancelled', 'cancelled by the buyer'],
  ['refunded', 'money came too late and went back'],
] as const

const ANSWERS: Record<string, string> = {
  accepted: 'a new ticket',
  again: 'the same ticket again',
  gone: 'the buyer hung up',
}
const POLLS: Record<string, string> = {
  waiting: 'told by a door that the ticket waits',
  passed: 'passed on to a gateway',
  refused: 'refused by a door',
}

export function writeRefusals({ audit, counts }: Evidence): Section {
  const tickets = OUTCOMES.map(([state, meaning]) => [state, meaning, audit.outcomes[state]])
  const parts = [toTable(['outcome', 'of a ticket that was handed out', 'tickets'], tickets)]
  if (counts) {
    const { outcomes, refused, polls } = tellCalls(counts)
    parts.push(
      toTable(['answer to a click', 'clicks', 'share'], sharesOf(outcomes, ANSWERS)),
      toTable(
        ['refused by a door', 'by the question', 'clicks'],
        mostFirst(refused).map(([name, times]) => [...name.split(':'), times]),
      ),
      toTable(['polls of who waits', 'polls', 'share'], sharesOf(polls, POLLS)),
      `<p class="soft">Clicks and polls are of this sale alone, each counted once. A poll that was refused before its ticket was
read is of no sale, and not here.</p>`,
    )
  }
  return ['Refusals by reason', parts.join('\n')]
}

const mostFirst = (counts: Record<string, number>): [string, number][] =>
  Object.entries(counts).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))

function sharesOf(counts: Record<string, number>, words: Record<string, string>): (string | number)[][] {
  const all = countAll(counts)
  return mostFirst(counts).map(([name, times]) => [
    words[name] ?? name,
    times,
    `${((100 * times) / all).toFixed(2)}%`,
  ])
}
