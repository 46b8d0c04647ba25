import type { JSX } from 'preact'
import type { SaleRehearsals } from '../../../contract/console/rehearsal.ts'
import { number, toMs } from '../format.ts'
import { Relative, useNow, When } from '../parts/when.tsx'
import { DiscardDraft } from '../path/discard-draft.tsx'
import { PublishStep } from '../path/publish-step.tsx'
import { RehearseStep } from '../path/rehearse-step.tsx'
import { Step } from '../path/step.tsx'
import { statesOf } from '../path/steps.ts'
import { Terms } from '../path/terms.tsx'
import { useSale } from '../sale-context.ts'
import { useLoad } from '../use-load.ts'

const EVERY_MS = 1_500

/** The way of a sale from its registration to its evidence: what is done, what is next, and the buttons for it. */
export function Path(): JSX.Element {
  const { sale } = useSale()
  const rehearsals = useLoad<SaleRehearsals>(`/api/sales/${sale.id}/rehearsals`, EVERY_MS)
  const now = useNow()
  const states = statesOf(sale, rehearsals.data?.reports[0], now)
  const published = sale.phase !== 'draft'
  const opensAt = toMs(sale.opensAt)
  return (
    <ol class="path">
      <Step title="Register" state={states.register} report={<Terms sale={sale} />}>
        <p>
          {sale.sku
            ? `Its stock is taken out of the shop’s inventory of ${sale.sku}.`
            : 'Its stock belongs to no article of the shop’s inventory.'}
        </p>
        {!published && <DiscardDraft />}
      </Step>
      <PublishStep state={states.publish} />
      <Step title="Load the stock" state={states.preload}>
        <p>Publishing lays the stock into Redis; the doors know the sale a moment later.</p>
      </Step>
      <RehearseStep state={states.rehearse} rehearsals={rehearsals} />
      <Step title="Open" state={states.open}>
        <p>
          {opensAt > now ? 'Opens by itself: ' : 'Opening: '}
          <When at={opensAt} />, <Relative at={opensAt} />.
        </p>
      </Step>
      <Step title="Sell out, or end" state={states.sell}>
        <p>
          {number(sale.sold)} of {number(sale.stock)} units sold or held, {number(sale.paid)} paid.{' '}
          {published && <a href={`#/sales/${sale.id}/live`}>Watch it live</a>}
        </p>
      </Step>
      <Step title="Settle" state={states.settle}>
        <p>
          What is left goes back to the shop, what was paid becomes its orders, once.{' '}
          {states.settle !== 'later' && <a href={`#/sales/${sale.id}/settlement`}>Settlement</a>}
        </p>
      </Step>
      <Step title="Evidence" state={states.evidence}>
        <p>
          One page that proves the sale: its course, its books and its fairness.{' '}
          {published && (
            <a href={`/api/sales/${sale.id}/evidence`} download>
              {sale.phase === 'settled' ? 'Download' : 'Download it as far as it is'}
            </a>
          )}
        </p>
      </Step>
    </ol>
  )
}
