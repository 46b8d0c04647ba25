import type { JSX } from 'preact'
import type { Settlement } from '../../../contract/console/settlement.ts'
import { money, number } from '../format.ts'
import { Figures } from '../parts/figures.tsx'
import { Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'

/** What the settlement did: sold, given back, brought in, and whether the shop knows. */
export function Settled({ settlement }: { settlement: Settlement }): JSX.Element {
  const { stock, paidUnits, unitsBack, orders, amountCents, currency, sku, settledBy, settledAt } = settlement
  const { sent, waiting } = settlement.outbox
  return (
    <Panel
      title="Settled"
      aside={
        <>
          by {settledBy}, <When at={settledAt} seconds />
        </>
      }
    >
      <Figures
        figures={[
          { label: 'units sold', value: number(paidUnits), note: `of ${number(stock)}` },
          {
            label: 'units back',
            value: number(unitsBack),
            note: sku === null ? 'no article of the inventory' : `to ${sku}`,
          },
          { label: 'paid orders', value: number(orders) },
          { label: 'brought in', value: money(amountCents, currency) },
        ]}
      />
      <p class="told">
        <progress
          max={Math.max(1, sent + waiting)}
          value={sent}
          aria-label="Orders that the shop was told of"
        />
        {waiting === 0
          ? `The shop was told of all ${number(sent)} orders.`
          : `The shop was told of ${number(sent)} of ${number(sent + waiting)} orders; the rest is on its way.`}
      </p>
    </Panel>
  )
}
