import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { SteppedSale } from '../../../contract/console/sale.ts'
import { call } from '../call.ts'
import { number } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { go } from '../route.ts'
import { useSale } from '../sale-context.ts'
import { useMayChange } from '../session.ts'
import { useAction } from '../use-action.ts'

/** Gives up a draft, after asking; then there is nothing left to look at but the list. */
export function DiscardDraft(): JSX.Element | null {
  const { sale } = useSale()
  const mayChange = useMayChange()
  const [asking, setAsking] = useState(false)
  const discard = useAction(() =>
    call<SteppedSale>('POST', `/api/sales/${sale.id}/discard`, { version: sale.version }),
  )
  if (!mayChange) return null
  return (
    <>
      <Button busy={discard.busy} onClick={() => setAsking(true)}>
        Discard the draft …
      </Button>
      {asking && (
        <Confirm
          title={`Discard draft ${sale.id}?`}
          action="Discard the draft"
          danger
          busy={discard.busy}
          error={discard.error}
          onCancel={() => {
            discard.clear()
            setAsking(false)
          }}
          onConfirm={async () => {
            if (await discard.run()) go('sales')
          }}
        >
          <p>
            <strong>{sale.title}</strong>
          </p>
          <p>
            It is never published, and is in no list any more.{' '}
            {sale.sku && `Its ${number(sale.stock)} units of ${sale.sku} go back to the shop. `}
            This can not be undone.
          </p>
        </Confirm>
      )}
    </>
  )
}
