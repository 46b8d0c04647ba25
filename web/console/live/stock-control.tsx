import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Sample } from '../../../contract/console/sample.ts'
import type { ChangedStock, ProposedStock } from '../../../contract/console/stock.ts'
import { call } from '../call.ts'
import { number } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { isOver } from '../sale.ts'
import { useSale } from '../sale-context.ts'
import { useAction } from '../use-action.ts'
import { Control } from './control.tsx'

/** Stock up or down in two steps: look at what it would change, then do it within a minute. */
export function StockControl({ latest }: { latest: Sample | undefined }): JSX.Element {
  const { sale, reload } = useSale()
  const [text, setText] = useState('')
  const [proposal, setProposal] = useState<ProposedStock>()
  const path = `/api/sales/${sale.id}/stock`
  const propose = useAction(
    () => call<ProposedStock>('POST', path, { stock: Number(text), version: sale.version }),
    () => 'Read it, then confirm.',
  )
  const confirm = useAction(
    (change: string) => call<ChangedStock>('POST', `${path}/confirm`, { change }),
    ({ after }) => `The stock is ${number(after)} now.`,
  )
  const taken = latest?.stock === undefined ? sale.sold : latest.stock - (latest.left ?? 0)
  const drop = () => {
    setProposal(undefined)
    propose.clear()
  }
  return (
    <Control
      title="Stock"
      present={
        <>
          {number(latest?.stock ?? sale.stock)} units
          <span class="soft"> · {number(taken)} sold or held</span>
        </>
      }
      of={
        confirm.error || confirm.result
          ? confirm
          : proposal
            ? { result: undefined, error: undefined }
            : propose
      }
    >
      {isOver(sale) ? null : proposal === undefined ? (
        <form
          class="inline"
          onSubmit={async (event) => {
            event.preventDefault()
            confirm.clear()
            setProposal(await propose.run())
          }}
        >
          <Field
            label="New stock"
            type="number"
            value={text}
            onInput={setText}
            placeholder={String(sale.stock)}
            error={propose.refused?.field('stock')}
          />
          <Button
            type="submit"
            busy={propose.busy}
            whyNot={/^\d+$/.test(text.trim()) ? undefined : 'Type a whole number first.'}
          >
            Review …
          </Button>
        </form>
      ) : (
        <div class="proposal">
          <p>
            <strong>
              {number(proposal.before)} → {number(proposal.after)} units
            </strong>
            . {number(proposal.sold)} are sold or held, {number(proposal.inFlight)} on their way; not below{' '}
            {number(proposal.lowest)}.
          </p>
          {proposal.inventory && (
            <p class="soft">
              The shop’s {proposal.inventory.sku}: {number(proposal.inventory.onHandBefore)} →{' '}
              {number(proposal.inventory.onHandAfter)} on hand.
            </p>
          )}
          <div class="row">
            <Button
              kind="primary"
              busy={confirm.busy}
              onClick={async () => {
                const done = await confirm.run(proposal.change)
                drop()
                if (done) setText('')
                reload()
              }}
            >
              Confirm {number(proposal.after)}
            </Button>
            <Button onClick={drop}>Cancel</Button>
          </div>
        </div>
      )}
    </Control>
  )
}
