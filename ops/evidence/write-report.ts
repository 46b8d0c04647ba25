import type { SaleStores } from '../sales/sale-stores.ts'
import { type Evidence, gatherEvidence } from './gather-evidence.ts'
import { STYLE } from './style.ts'
import { type Section, writeCharts, writeFunnel, writeTimeline } from './write-course.ts'
import { writeFairness, writeMoney, writeSettings } from './write-outcomes.ts'
import { writeRefusals } from './write-refusals.ts'
import { escapeText, tellMoney, tellNumber, tellTime, toTable } from './write-text.ts'

/** The evidence of a sale as one HTML page that needs nothing else, no script among it. Throws Problem `unknown_sale`. */
export const writeEvidence = async (stores: SaleStores, id: number): Promise<string> =>
  writeReport(await gatherEvidence(stores, id))

export function writeReport(evidence: Evidence): string {
  const { sale, at } = evidence
  const sections: Section[] = [
    writeTimeline(evidence),
    writeFunnel(evidence),
    writeCharts(evidence),
    writeFairness(evidence),
    writeRefusals(evidence),
    writeFaults(evidence),
    writeMoney(evidence),
    writeAudit(evidence),
    writeSettings(evidence),
    writeChecks(evidence),
  ]
  // Nothing may run or be fetched in it, whatever a title says.
  const policy = "default-src 'none'; style-src 'unsafe-inline'"
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Sale ${sale.id}: ${escapeText(sale.title)}</title>
<style>${STYLE}</style>
<main>
<p class="kicker">Evidence of sale ${sale.id}</p>
<h1>${escapeText(sale.title)}</h1>
<p class="soft">Open from ${tellTime(sale.opensAt)} to ${tellTime(sale.closesAt)} UTC, ${escapeText(sale.phase)}. This report was made at
${tellTime(at)} UTC.</p>
${writeVerdict(evidence)}
${writeTiles(evidence)}
${sections.map(([title, html]) => `<section><h2>${title}</h2>\n${html}\n</section>`).join('\n')}
</main>
</html>
`
}

function writeVerdict({ audit, settlement, unchecked }: Evidence): string {
  const state = settlement ? 'The sale is settled.' : 'The sale is not settled.'
  const note = unchecked === undefined ? '' : ` Not looked at: ${escapeText(unchecked)}.`
  if (audit.ok) {
    return `<div class="verdict"><strong>The books are right.</strong><span>Every ticket has exactly one outcome, every unit
and every cent is accounted for. ${state}${note}</span></div>`
  }
  const problems = audit.problems.map((problem) => `<li>${escapeText(problem)}`).join('')
  return `<div class="verdict bad"><strong>The books are wrong.</strong><div>${state}${note}<ul>${problems}</ul></div></div>`
}

function writeTiles({ sale, audit, money, course }: Evidence): string {
  const tiles: [value: string, label: string][] = [
    [tellNumber(sale.stock), 'units for sale'],
    [tellNumber(audit.paid), 'units paid'],
    [tellNumber(Math.max(0, audit.sold - sale.stock)), 'oversold'],
    [tellNumber(audit.left), 'left over'],
    [tellNumber(audit.tickets), 'tickets handed out'],
    [tellMoney(money.paidCents, sale.currency), 'brought in'],
  ]
  if (course.soldOutAt !== undefined && course.firstOrderAt !== undefined) {
    const seconds = (course.soldOutAt - course.firstOrderAt) / 1_000
    tiles.push([`${tellNumber(seconds)} s`, 'from the first order to all held or sold'])
  }
  return `<div class="tiles">${tiles.map(([value, label]) => `<div class="tile"><b>${escapeText(value)}</b><span>${label}</span></div>`).join('')}</div>`
}

function writeFaults({ timeline }: Evidence): Section {
  const faults = timeline.filter(({ kind }) => kind === 'fault')
  const none = '<p>No repair, no parked ticket, no loss of Redis, no change of level was noted.</p>'
  const rows = faults.map(({ at, who, what }) => [tellTime(at), who, what])
  return ['Faults and repairs', faults.length === 0 ? none : toTable(['time', 'noted by', 'what'], rows)]
}

function writeAudit({ audit }: Evidence): Section {
  const { ok, outcomes, problems, ...numbers } = audit
  const rows = [
    ...Object.entries(numbers),
    ...Object.entries(outcomes).map(([state, n]) => [`tickets ${state}`, n]),
  ]
  return ['Audit', toTable(['', 'number'], rows as (string | number)[][])]
}

/** How anybody with the database can see the same. */
function writeChecks({ sale: { id } }: Evidence): Section {
  const orders = `FROM orders WHERE sale_id = ${id}`
  const rows: [string, string][] = [
    ['the verdict, tickets, outcomes', `npm run -s sluice -- audit ${id} --json`],
    ['units sold and paid', `SELECT stock, sold, paid FROM sales WHERE id = ${id}`],
    [
      'orders, units and money by state',
      `SELECT state, COUNT(*), SUM(quantity), SUM(amount_cents) ${orders} GROUP BY state`,
    ],
    ['refusals by reason', `SELECT state, COUNT(*) FROM refusals WHERE sale_id = ${id} GROUP BY state`],
    [
      'units that came back',
      `SELECT reason, SUM(quantity) FROM restores WHERE sale_id = ${id} GROUP BY reason`,
    ],
    ['the order of release', `SELECT number, buyer, released_at ${orders} ORDER BY number`],
    [
      'what people did',
      `SELECT at, who, action, value_before, value_after FROM actions WHERE sale_id = ${id} ORDER BY id`,
    ],
    ['faults and repairs', `SELECT at, kind, who, detail FROM events WHERE sale_id = ${id} ORDER BY at`],
    ['clicks and polls, by door', `SELECT door, since, at, data FROM door_counts WHERE sale_id = ${id}`],
    ['charts', `SELECT at, data FROM samples WHERE sale_id = ${id} ORDER BY at`],
    ['the settlement', `SELECT * FROM settlements WHERE sale_id = ${id}`],
    [
      'what the shop is told',
      `SELECT kind, COUNT(*), COUNT(sent_at) FROM outbox WHERE sale_id = ${id} GROUP BY kind`,
    ],
    [
      'what the inventory got back',
      `SELECT reason, units FROM inventory_moves WHERE sale_id = ${id} ORDER BY id`,
    ],
    ['every order', `npm run -s sluice -- sale orders ${id} --csv`],
    ['this report', `npm run -s sluice -- sale evidence ${id} --out sale-${id}.html`],
  ]
  const cells = rows.map(([what, how]) => `<tr><td>${what}<td><code>${escapeText(how)}</code>`)
  return [
    'How to check each number again',
    `<table><thead><tr><th>what<th>how</thead><tbody>${cells.join('\n')}</tbody></table>`,
  ]
}
