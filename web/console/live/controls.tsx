import type { JSX } from 'preact'
import type { Sample } from '../../../contract/console/sample.ts'
import { useMayChange } from '../session.ts'
import { PhaseControl } from './phase-control.tsx'
import { ReleaseControl } from './release-control.tsx'
import { StockControl } from './stock-control.tsx'
import { SwitchControls } from './switch-controls.tsx'

/** What can be turned while a sale runs, beside what it does; to a viewer only how it is turned. */
export function Controls({ latest }: { latest: Sample | undefined }): JSX.Element {
  const title = useMayChange() ? 'Controls' : 'In force'
  return (
    <aside class="panel controls" aria-label={title}>
      <h2>{title}</h2>
      <PhaseControl />
      <ReleaseControl latest={latest} />
      <StockControl latest={latest} />
      <SwitchControls latest={latest} />
    </aside>
  )
}
