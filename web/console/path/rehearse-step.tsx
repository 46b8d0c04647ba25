import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { call } from '../call.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { useAction } from '../use-action.ts'
import type { Loaded } from '../use-load.ts'
import type { RehearsalsView } from './rehearsal.ts'
import { RehearsalReport } from './rehearsal-report.tsx'

interface Props {
  id: number
  rehearsals: Loaded<RehearsalsView>
  shut: string | undefined
}

/** Starts a rehearsal, shows how far it is, and what came of the last one. */
export function RehearseStep({ id, rehearsals: { data, reload }, shut }: Props): JSX.Element {
  const [buyers, setBuyers] = useState('1000')
  const path = `/api/sales/${id}/rehearsals`
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
    <>
      <form
        class="row rehearse"
        onSubmit={(event) => {
          event.preventDefault()
          if (!running && shut === undefined) void runAnd(start)
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
          <Button kind="danger" busy={cancel.busy} onClick={() => void runAnd(cancel)} whyNot={shut}>
            Cancel the rehearsal
          </Button>
        ) : (
          <Button type="submit" kind={report?.go ? 'plain' : 'primary'} busy={start.busy} whyNot={shut}>
            {report ? 'Rehearse again' : 'Rehearse'}
          </Button>
        )}
      </form>
      <Outcome of={{ error: start.error ?? cancel.error, result: undefined }} />
      {job && (running || job.state === 'failed') && (
        <ol class="progress" aria-live="polite">
          {job.progress.map((says) => (
            <li key={says}>{says}</li>
          ))}
          {job.error !== undefined && <li class="error">{job.error}</li>}
        </ol>
      )}
      {!running && report && <RehearsalReport report={report} />}
    </>
  )
}
