import type { RecordedAction } from '../../../contract/console/action.ts'
import { Difference } from '../difference.tsx'
import { toMs } from '../format.ts'
import { At } from '../parts/at.tsx'
import { Badge } from '../parts/badge.tsx'
import type { Column } from '../parts/table.tsx'

/** Who did what to which, and what it was before and after. */
export const ACTION_COLUMNS: readonly Column<RecordedAction>[] = [
  { title: 'When', cell: ({ at }) => <At at={toMs(at)} /> },
  {
    title: 'Who',
    cell: ({ who, role }) => (
      <span class="person">
        <strong>{who}</strong>
        {role !== undefined && <span class="soft">{role}</span>}
      </span>
    ),
  },
  {
    title: 'Did',
    cell: ({ action }) => <Badge tone={toneOf(action)}>{action}</Badge>,
  },
  {
    title: 'To',
    cell: ({ sale, target }) => (
      <span class="person">
        {sale !== undefined && <a href={`#/sales/${sale}/actions`}>Sale {sale}</a>}
        {target !== undefined && <span class="target">{target}</span>}
      </span>
    ),
  },
  { title: 'Change', wide: true, cell: ({ before, after }) => <Difference before={before} after={after} /> },
  {
    title: 'Why and where from',
    cell: ({ reason, address, requestId }) => (
      <span class="origin">
        {reason !== undefined && <span class="why">{reason}</span>}
        {address !== undefined && <span class="soft">{address}</span>}
        {requestId !== undefined && <code title="Request ID">{requestId.slice(0, 12)}</code>}
      </span>
    ),
  },
]

function toneOf(action: string): 'plain' | 'accent' | 'warn' | 'bad' {
  if (action.startsWith('refused.')) return 'bad'
  if (/\.(close|settle|remove|disable)$/.test(action)) return 'warn'
  return action.startsWith('session.') ? 'plain' : 'accent'
}
