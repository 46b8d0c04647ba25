import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { PublishedSale, PublishReport } from '../../../contract/console/published.ts'
import { call } from '../call.ts'
import { number } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { isOver } from '../sale.ts'
import { useSale } from '../sale-context.ts'
import { useMayChange } from '../session.ts'
import { useAction } from '../use-action.ts'
import { DoorsReport } from './doors-report.tsx'
import { Step } from './step.tsx'
import type { StepState } from './steps.ts'

const PATIENCE_MS = 60_000

/** Publishes the sale and shows what each door answered for its pages. */
export function PublishStep({ state }: { state: StepState }): JSX.Element {
  const { sale, reload } = useSale()
  const mayChange = useMayChange()
  const draft = sale.phase === 'draft'
  const publish = useAction(
    () =>
      call<PublishedSale>('POST', `/api/sales/${sale.id}/publish`, draft ? { version: sale.version } : {}, {
        timeoutMs: PATIENCE_MS,
      }).then(({ report }) => report),
    // Where something is missing, the report says so.
    ({ ok, preload }) =>
      ok && preload ? `Published; ${number(preload.left)} of ${number(preload.stock)} units are loaded.` : '',
  )
  const [report, setReport] = useState<PublishReport>()
  return (
    <Step title="Publish" state={state} report={report && <DoorsReport report={report} />}>
      <p>Its page goes to the doors and to the CDN, and every door is asked for it.</p>
      {mayChange && !isOver(sale) && (
        <Button
          kind={draft ? 'primary' : 'plain'}
          busy={publish.busy}
          onClick={async () => {
            setReport(await publish.run())
            reload()
          }}
        >
          {draft ? 'Publish' : 'Publish again'}
        </Button>
      )}
      <Outcome of={publish} />
    </Step>
  )
}
