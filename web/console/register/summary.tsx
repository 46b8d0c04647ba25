import type { JSX } from 'preact'
import type { Article } from '../../../contract/inventory/article.ts'
import { money, number, span } from '../format.ts'
import { useNow } from '../parts/when.tsx'
import { centsOf, closesOf, type Draft, opensOf, rateOf, standbyOf } from './draft.ts'

/** The form in sentences, so that a slip shows: how many may wait, how long the sale takes, what comes in. */
export function Summary({ draft, article }: { draft: Draft; article: Article | undefined }): JSX.Element {
  const now = useNow()
  const stock = Number(draft.stock)
  const [opens, closes] = [opensOf(draft), closesOf(draft)]
  const rate = rateOf(draft)
  const standby = standbyOf(draft)
  const cents = centsOf(draft.price, draft.currency)
  const counted = stock >= 1
  return (
    <ul class="summary">
      {opens !== undefined && (
        <li>
          {opens > now ? `Opens in ${span(opens - now)}` : `Its opening passed ${span(now - opens)} ago`}
          {closes !== undefined && closes > opens && `, for ${span(closes - opens)} at most`}.
        </li>
      )}
      {counted && !Number.isNaN(standby) && (
        <li>
          {number(stock + standby)} clicks get a ticket: {number(stock)} for a unit, {number(standby)} stand
          by. Everybody else is told so at once.
        </li>
      )}
      {rate === undefined ? (
        <li>The line moves as fast as the backends stay just busy.</li>
      ) : (
        rate > 0 &&
        Number.isFinite(rate) && (
          <li>
            {number(rate)} tickets a second
            {counted &&
              `: all ${number(stock)} units are ordered within ${span(Math.max(1000, (1000 * stock) / rate))}`}
            .
          </li>
        )
      )}
      {counted && !Number.isNaN(cents) && (
        <li>{money(stock * cents, draft.currency)} when every unit is paid.</li>
      )}
      {article !== undefined && counted && (
        <li class={article.onHand < stock ? 'short' : undefined}>
          {article.onHand < stock
            ? `The shop has only ${number(article.onHand)} units of ${article.sku}.`
            : `The shop keeps ${number(article.onHand - stock)} units of ${article.sku}.`}
        </li>
      )}
    </ul>
  )
}
