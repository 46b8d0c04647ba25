import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { call, reasonOf } from '../call.ts'
import { money, number } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Figures } from '../parts/figures.tsx'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { useSale } from '../sale-context.ts'
import { session } from '../session.ts'
import type { SettlementStateView, SettlementView } from '../settlement.ts'
import { useAction } from '../use-action.ts'
import { useLoad } from '../use-load.ts'

const EVERY_MS = 2_000
/** Its audit may take a while. */
const PATIENCE_MS = 90_000

/** Closes the books of a sale: what blocks it, what it did, and what to take away. */
export function Settlement(): JSX.Element {
  const { sale, reload: reloadSale } = useSale()
  const { data, error, reload } = useLoad<SettlementStateView>(`/api/sales/${sale.id}/settlement`, EVERY_MS)
  const settled = () => {
    reload()
    reloadSale()
  }
  return (
    <div class="stack">
      {data === undefined && error === undefined && <Loading rows={5} label="Loading the settlement" />}
      {error !== undefined && (
        <Notice tone="bad" title="The settlement could not be loaded." onRetry={reload}>
          {reasonOf(error)}
        </Notice>
      )}
      {data?.settlement && <Settled settlement={data.settlement} />}
      {data && !data.settlement && <Open state={data} onSettled={settled} />}
      <Panel title="To take away">
        <ul class="downloads">
          <li>
            <a class="button" href={`/api/sales/${sale.id}/evidence`} download>
              Evidence, HTML
            </a>
            <span>
              One page with the verdict, the timeline, charts, fairness, refusals and money, and how to check
              each number.
            </span>
          </li>
          <li>
            <a class="button" href={`/api/sales/${sale.id}/orders`} download>
              Orders, CSV
            </a>
            <span>Every order with its buyer, amount and times, safe to open in a spreadsheet.</span>
          </li>
        </ul>
      </Panel>
    </div>
  )
}

function Settled({ settlement }: { settlement: SettlementView }): JSX.Element {
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

const BLOCKERS = [
  ['waiting', 'waiting in the line', 'They are told that the sale has ended, within seconds.'],
  ['inFlight', 'in flight', 'Workers are recording them.'],
  ['awaitingPayment', 'awaiting payment', 'Buyers may still pay until their time is over.'],
  ['expiring', 'expiring', 'The provider is asked whether money came.'],
  ['refunding', 'being refunded', 'The provider gives late money back.'],
] as const

function Open({ state, onSettled }: { state: SettlementStateView; onSettled: () => void }): JSX.Element {
  const { sale } = useSale()
  const [asked, setAsked] = useState(false)
  const mayChange = session.get()?.role === 'operator'
  const settle = useAction(() => call('POST', `/api/sales/${sale.id}/settle`, {}, { timeoutMs: PATIENCE_MS }))
  const confirm = async (): Promise<void> => {
    const done = await settle.run()
    setAsked(false)
    if (done !== undefined) onSettled()
  }
  const whyNot = mayChange ? (state.possible ? undefined : state.detail) : 'Only operators settle.'
  const left = sale.stock - sale.sold
  return (
    <Panel
      title="Before the settlement"
      aside={
        <Button kind="primary" small busy={settle.busy} whyNot={whyNot} onClick={() => setAsked(true)}>
          Settle the sale
        </Button>
      }
    >
      {state.possible ? (
        <Notice tone="good" title="Nothing moves any more.">
          The sale can be settled.
        </Notice>
      ) : (
        <Notice tone="warn" title="Not yet.">
          {state.detail}
        </Notice>
      )}
      <Outcome of={{ result: undefined, error: settle.error }} />
      {state.blockers && (
        <ul class="blockers">
          {BLOCKERS.map(([name, label, why]) => {
            const count = state.blockers?.[name] ?? 0
            return (
              <li key={name} class={count === 0 ? 'done' : 'open'}>
                <span class="count">{number(count)}</span>
                <span>
                  {label}
                  {count > 0 && <span class="soft"> · {why}</span>}
                </span>
              </li>
            )
          })}
        </ul>
      )}
      {asked && (
        <Confirm
          title={`Settle sale ${sale.id}?`}
          action="Settle"
          typed={String(sale.id)}
          typedLabel={`Type ${sale.id}, the number of the sale`}
          busy={settle.busy}
          onCancel={() => setAsked(false)}
          onConfirm={() => void confirm()}
        >
          <p>
            {state.sku === null
              ? `${number(left)} units are left over; the sale has no article of the inventory.`
              : `${number(left)} units go back to ${state.sku} in the inventory.`}{' '}
            The shop is told of every paid order. The books are proved first. This can not be undone.
          </p>
        </Confirm>
      )}
    </Panel>
  )
}
