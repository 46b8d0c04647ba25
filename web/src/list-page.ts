import { call } from './call.ts'
import { startClock } from './clock.ts'
import { countdownParts, roughly } from './duration.ts'
import { formatTime } from './format-time.ts'
import { formatMoney } from './money.ts'
import { find } from './paint-desk.ts'
import { pollDelay } from './poll-delay.ts'
import { type SaleCard, stateAt } from './sale.ts'

const EVERY_MS = 15_000
const SOON_MS = 3_600_000
const ORDER = ['open', 'upcoming', 'paused', 'sold_out', 'ended']

const list = find('#sales')
const notice = find('#notice')
let sales: SaleCard[] = []
let failures = 0
const clock = startClock(paint)

/** When, in words: the opening or closing that matters in this state. */
function when(sale: SaleCard, now: number): string {
  const state = stateAt(sale, now)
  if (state === 'sold_out') return 'Sold out'
  if (state === 'paused') return 'Paused'
  if (state === 'ended') return `Ended ${formatTime(sale.closesAt)}`
  if (state === 'open') return `Open now, closes in ${roughly(sale.closesAt - now)}`
  const left = sale.opensAt - now
  if (left >= SOON_MS) return `Opens ${formatTime(sale.opensAt)}`
  const [minutes, second] = countdownParts(left)
  return `Opens in ${minutes?.value}:${second?.value}`
}

/** Builds a row with text only: a title may hold markup, and must be read, not run. */
function row(sale: SaleCard, now: number): HTMLElement {
  const item = document.createElement('li')
  const link = document.createElement('a')
  link.href = `/sales/${sale.id}`
  for (const [name, text] of [
    ['name', sale.title],
    ['cost', formatMoney(sale.price, sale.currency)],
    ['when', when(sale, now)],
  ] as const) {
    const part = document.createElement('span')
    part.className = name
    part.textContent = text
    link.append(part)
  }
  item.dataset.state = stateAt(sale, now)
  item.append(link)
  return item
}

let painted = ''
function paint(): void {
  const now = clock.now()
  const rank = (sale: SaleCard) => ORDER.indexOf(stateAt(sale, now))
  const sorted = [...sales].sort((a, b) => rank(a) - rank(b) || a.opensAt - b.opensAt || a.id - b.id)
  const shown = sorted.map((sale) => `${sale.id} ${sale.title} ${sale.price} ${when(sale, now)}`).join('\n')
  // The order and the rows are left alone while nothing changes, so that the keyboard's place is not lost.
  if (shown === painted) return
  painted = shown
  const focused = document.activeElement?.getAttribute('href')
  list.replaceChildren(...sorted.map((sale) => row(sale, now)))
  if (focused) list.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus()
}

function tell(text: string): void {
  notice.hidden = text === ''
  if (notice.textContent !== text) notice.textContent = text
}

async function look(): Promise<void> {
  let nextMs = EVERY_MS
  if (document.visibilityState === 'visible') {
    const answer = await call<SaleCard[]>('GET', '/api/sales')
    failures = answer.kind === 'ok' ? 0 : failures + 1
    if (answer.kind === 'ok') {
      sales = answer.body
      list.hidden = sales.length === 0
      tell(sales.length === 0 ? 'No sale is announced at the moment. Come back soon.' : '')
      paint()
    } else {
      nextMs = pollDelay(answer, failures)
      tell('The list can not be reached right now. Trying again by itself.')
    }
  }
  setTimeout(look, nextMs)
}

void clock.sync()
void look()
setInterval(paint, 1000)
