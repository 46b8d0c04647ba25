import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { SettlementState } from '../../../contract/console/settlement.ts'
import { call } from '../call.ts'
import { number } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Figures } from '../parts/figures.tsx'
import { Notice } from '../parts/notice.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { Panel } from '../parts/panel.tsx'
import { Relative, useNow, When } from '../parts/when.tsx'
import { useSale } from '../sale-context.ts'
import { useMayChange } from '../session.ts'
import { useAction } from '../use-action.ts'

/** Its audit may take a while. */
const PATIENCE_MS = 90_000

const BLOCKERS = [
  ['waiting', 'waiting in the line', 'They are told that the sale has ended, within seconds.'],
  ['inFlight', 'in flight', 'Workers are recording them.'],
  ['awaitingPayment', 'awaiting payment', 'Buyers may still pay until their time is over.'],
  ['expiring', 'expiring', 'The provider is asked whether money came.'],
  ['refunding', 'being refunded', 'The provider gives late money back.'],
] as const

/** Before the settlement: what is still open, and the button once nothing is. */
export function BeforeSettlement({
  state,
  onSettled,
}: {
  state: SettlementState
  onSettled: () => void
}): JSX.Element {
  const { sale } = useSale()
  const [asked, setAsked] = useState(false)
  const mayChange = useMayChange()
  const settle = useAction(() => call('POST', `/api/sales/${sale.id}/settle`, {}, { timeoutMs: PATIENCE_MS }))
  const confirm = async (): Promise<void> => {
    const done = await settle.run()
    setAsked(false)
    if (done !== undefined) onSettled()
  }
  const left = sale.stock - sale.sold
  return (
    <Panel
      title="Before the settlement"
      aside={
        mayChange && (
          <Button
            kind="primary"
            busy={settle.busy}
            whyNot={state.possible ? undefined : state.detail}
            onClick={() => setAsked(true)}
          >
            Settle the sale
          </Button>
        )
      }
    >
      {state.possible ? (
        <Notice tone="good" title="Nothing moves any more.">
          The sale can be settled.
        </Notice>
      ) : (
        <NotYet state={state} />
      )}
      <Outcome of={{ result: undefined, error: settle.error }} />
      {state.blockers && (
        <Figures
          figures={BLOCKERS.map(([name, label, why]) => {
            const count = state.blockers?.[name] ?? 0
            return { label, value: number(count), ...(count > 0 && { note: why }) }
          })}
        />
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

/** Why it can not be settled, and what to do or to wait for. */
function NotYet({ state: { phase, closesAt, blockers, detail } }: { state: SettlementState }): JSX.Element {
  const { sale } = useSale()
  const now = useNow()
  if (blockers === null)
    return (
      <Notice tone="warn" title="Not yet.">
        {detail}
      </Notice>
    )
  const over = phase === 'closed' || now >= closesAt
  const { unpaidUntil } = blockers
  return (
    <Notice tone="warn" title="Not yet.">
      {!over && (
        <p>
          The sale goes on until <When at={closesAt} />. To settle it earlier,{' '}
          <a href={`#/sales/${sale.id}/live`}>close it on its live page</a>.
        </p>
      )}
      {over && <p>Some of it is still under way. It ends by itself.</p>}
      {unpaidUntil !== undefined && (
        <p>
          The last order that awaits its payment runs out of time: <When at={unpaidUntil} seconds />,{' '}
          <Relative at={unpaidUntil} />.
        </p>
      )}
    </Notice>
  )
}
