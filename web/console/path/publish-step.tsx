import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { call } from '../call.ts'
import { duration, number } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { Table } from '../parts/table.tsx'
import type { SaleView } from '../sale.ts'
import { useAction } from '../use-action.ts'

interface Warmed {
  url: string
  status: number
  encoding: string
  bytes: number
  ms: number
  problem?: string
}

interface Published extends SaleView {
  report: {
    ok: boolean
    problems: string[]
    cdn: { dir: string; files: number } | null
    doors: { door: string; ok: boolean; files: Warmed[] }[]
    preload: { epoch: number; stock: number; left: number } | null
  }
}

interface Props {
  sale: SaleView
  reload: () => void
  shut: string | undefined
}

const PATIENCE_MS = 60_000

/** Publishes the sale and shows what each door answered for its pages. */
export function PublishStep({ sale, reload, shut }: Props): JSX.Element {
  const draft = sale.phase === 'draft'
  const publish = useAction(
    () =>
      call<Published>('POST', `/api/sales/${sale.id}/publish`, draft ? { version: sale.version } : {}, {
        timeoutMs: PATIENCE_MS,
      }).then(({ report }) => report),
    ({ ok, preload }) =>
      `${ok ? 'Published' : 'Published, with problems'}${preload ? `; ${number(preload.left)} of ${number(preload.stock)} units are in Redis` : ''}.`,
  )
  const [report, setReport] = useState<Published['report']>()
  const over = sale.phase === 'closed' || sale.phase === 'settled'
  return (
    <>
      {!over && (
        <Button
          kind={draft ? 'primary' : 'plain'}
          busy={publish.busy}
          whyNot={shut}
          onClick={async () => {
            setReport(await publish.run())
            reload()
          }}
        >
          {draft ? 'Publish' : 'Publish again'}
        </Button>
      )}
      <Outcome of={publish} />
      {report && <DoorsReport report={report} />}
    </>
  )
}

function DoorsReport({ report: { problems, cdn, doors } }: { report: Published['report'] }): JSX.Element {
  const rows = doors.flatMap(({ door, files }) => files.map((file) => ({ ...file, door })))
  return (
    <>
      {problems.length > 0 && (
        <Notice tone="warn" title="Not everything is where it should be.">
          <ul>
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </Notice>
      )}
      {cdn && (
        <p class="hint">
          {cdn.files} files are in the CDN's folder {cdn.dir}.
        </p>
      )}
      <details>
        <summary>What {doors.length === 1 ? 'the door' : `${doors.length} doors`} answered</summary>
        <Table
          caption="Pages at each door"
          rows={rows}
          keyOf={({ door, url }) => `${door}${url}`}
          columns={[
            { title: 'Door', cell: ({ door }) => door },
            { title: 'File', wide: true, cell: ({ url }) => url },
            { title: 'Status', numeric: true, cell: ({ status }) => status },
            { title: 'As', cell: ({ encoding }) => encoding },
            { title: 'Bytes', numeric: true, cell: ({ bytes }) => number(bytes) },
            { title: 'Took', numeric: true, cell: ({ ms }) => duration(ms) },
            { title: '', cell: ({ problem }) => problem ?? 'ok' },
          ]}
        />
      </details>
    </>
  )
}
