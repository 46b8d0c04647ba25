import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { SteppedSale } from '../../../contract/console/sale.ts'
import { call } from '../call.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { SaleState } from '../parts/sale-state.tsx'
import { isOver, toOpening } from '../sale.ts'
import { useSale } from '../sale-context.ts'
import { useAction } from '../use-action.ts'
import { Control } from './control.tsx'

const SAID = { pause: 'Paused: nobody is released, the line stays.', resume: 'The line moves again.' }

/** Pause, go on, close. */
export function PhaseControl(): JSX.Element {
  const { sale, reload } = useSale()
  const [closing, setClosing] = useState(false)
  const step = useAction(
    async (name: 'pause' | 'resume' | 'close') => {
      const body = {
        version: sale.version,
        ...(name === 'close' && toOpening(sale) > 0 && { unopened: true }),
      }
      const after = await call<SteppedSale>('POST', `/api/sales/${sale.id}/${name}`, body)
      return { name, after }
    },
    ({ name, after }) =>
      name === 'close' ? (after.note ?? 'Closed. Nobody can join any more.') : SAID[name],
  )
  const run = async (name: 'pause' | 'resume' | 'close') => {
    const done = await step.run(name)
    reload()
    return done
  }
  const name = sale.phase === 'paused' ? 'resume' : 'pause'
  return (
    <Control title="Sale" present={<SaleState sale={sale} />} of={step}>
      {sale.phase !== 'draft' && !isOver(sale) && (
        <div class="row">
          <Button busy={step.busy} onClick={() => void run(name)}>
            {name === 'pause' ? 'Pause' : 'Resume'}
          </Button>
          <Button kind="danger" busy={step.busy} onClick={() => setClosing(true)}>
            Close …
          </Button>
        </div>
      )}
      {closing && (
        <Confirm
          title={`Close sale ${sale.id} for good?`}
          action="Close the sale"
          typed={String(sale.id)}
          typedLabel={`Type the sale’s number, ${sale.id}, to confirm`}
          danger
          busy={step.busy}
          error={step.error}
          onCancel={() => {
            step.clear()
            setClosing(false)
          }}
          onConfirm={async () => {
            if (await run('close')) setClosing(false)
          }}
        >
          <p>
            <strong>{sale.title}</strong>
          </p>
          <p>
            Whoever still waits is told that it is over, and nobody can join. Orders that exist stay: their
            buyers may still pay. This can not be undone.
          </p>
          {toOpening(sale) > 0 && <p>The sale has not opened yet: nobody will have been able to buy.</p>}
        </Confirm>
      )}
    </Control>
  )
}
