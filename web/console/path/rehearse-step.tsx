import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { SaleRehearsals } from '../../../contract/console/rehearsal.ts'
import { call } from '../call.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { isOver } from '../sale.ts'
import { useSale } from '../sale-context.ts'
import { useMayChange } from '../session.ts'
import { useAction } from '../use-action.ts'
import type { Loaded } from '../use-load.ts'
import { RehearsalReport } from './rehearsal-report.tsx'
import { Step } from './step.tsx'
import type { StepState } from './steps.ts'

interface RehearseStepProps {
  state: StepState
  rehearsals: Loaded<SaleRehearsals>
}

/** Starts a rehearsal, shows how far it is, and what came of the last one. */
export function RehearseStep({ state, rehearsals: { data, reload } }: RehearseStepProps): JSX.Element {
  const { sale } = useSale()
  const mayRehearse = useMayChange() && sale.phase !== 'draft' && !isOver(sale)
  const [buyers, setBuyers] = useState('1000')
  const path = `/api/sales/${sale.id}/rehearsals`
  const start = useAction(
    () => call('POST', path, { buyers: Number(buyers) }),
    () => '',
  )
  const cancel = useAction(
    () => call('DELETE', path),
    () => '',
  )
  const job = data?.job
  const running = job?.state === 'running'
  const [report] = data?.reports ?? []
  const runAnd = async (action: { run: () => Promise<unknown> }) => {
    await action.run()
    reload()
  }
  return (
    <Step title="Rehearse" state={state} report={!running && report && <RehearsalReport report={report} />}>
      <p>
        Simulated buyers buy a shadow stock through every door, ever faster. The real stock is not touched.
      </p>
      {mayRehearse && (
        <form
          class="row rehearse"
          onSubmit={(event) => {
            event.preventDefault()
            if (!running) void runAnd(start)
          }}
        >
          <Field
            label="Simulated buyers"
            type="number"
            value={buyers}
            onInput={setBuyers}
            error={start.refused?.field('buyers')}
            disabled={running}
          />
          {running ? (
            <Button kind="danger" busy={cancel.busy} onClick={() => void runAnd(cancel)}>
              Cancel the rehearsal
            </Button>
          ) : (
            <Button type="submit" kind={report?.go ? 'plain' : 'primary'} busy={start.busy}>
              {report ? 'Rehearse again' : 'Rehearse'}
            </Button>
          )}
        </form>
      )}
      <Outcome of={{ error: start.error ?? cancel.error, result: undefined }} />
      {job && (running || job.state === 'failed') && (
        <ol class="progress" aria-live="polite">
          {job.progress.map((says) => (
            <li key={says}>{says}</li>
          ))}
          {job.error !== undefined && <li class="error">{job.error}</li>}
        </ol>
      )}
    </Step>
  )
}
