import type { JSX } from 'preact'
import { Notice } from '../parts/notice.tsx'
import { session, whyNot } from '../session.ts'
import { useShared } from '../shared-value.ts'
import { PhaseControl } from './phase-control.tsx'
import { ReleaseControl } from './release-control.tsx'
import type { Sample } from './sample.ts'
import { StockControl } from './stock-control.tsx'
import { SwitchControls } from './switch-controls.tsx'

/** What can be turned while a sale runs, beside what it does. */
export function Controls({ latest }: { latest: Sample | undefined }): JSX.Element {
  const shut = whyNot(useShared(session))
  return (
    <aside class="panel controls" aria-label="Controls">
      <h2>Controls</h2>
      {shut !== undefined && <Notice>{shut}</Notice>}
      <PhaseControl shut={shut} />
      <ReleaseControl latest={latest} shut={shut} />
      <StockControl latest={latest} shut={shut} />
      <SwitchControls latest={latest} shut={shut} />
    </aside>
  )
}
