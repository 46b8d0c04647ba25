import type { JSX } from 'preact'
import type { PublishReport, WarmedFile } from '../../../contract/console/published.ts'
import { duration, number } from '../format.ts'
import { Notice } from '../parts/notice.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { type DoorAnswers, filesOf, hostOf } from './door-answers.ts'

/** What each door answered for the pages of a sale: a line a file, a column a door. */
export function DoorsReport({ report: { problems, cdn, doors } }: { report: PublishReport }): JSX.Element {
  const files = filesOf(doors)
  return (
    <>
      {problems.length > 0 && (
        <Notice tone="warn" title="Published, but not everything is where it should be.">
          <ul class="faults">
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </Notice>
      )}
      <details class="doors">
        <summary>
          What {doors.length === 1 ? 'the door' : `${doors.length} doors`} answered
          {problems.length === 0 && <span class="soft">: all {number(files.length)} files as published</span>}
        </summary>
        <Table
          caption="Pages at each door"
          rows={files}
          keyOf={({ url }) => url}
          columns={[...FILE_COLUMNS, ...doors.map(({ door }) => doorColumn(door))]}
        />
        {cdn && (
          <p class="hint" title={cdn.dir}>
            {number(cdn.files)} files lie ready for the CDN in {lastParts(cdn.dir)}.
          </p>
        )}
      </details>
    </>
  )
}

const FILE_COLUMNS: readonly Column<DoorAnswers>[] = [
  { title: 'File', wide: true, cell: ({ url }) => url },
  { title: 'Sent as', cell: ({ sent }) => (sent.encoding === 'identity' ? 'plain' : sent.encoding) },
  { title: 'Bytes', numeric: true, cell: ({ sent }) => number(sent.bytes) },
]

const doorColumn = (door: string): Column<DoorAnswers> => ({
  title: hostOf(door),
  numeric: true,
  cell: ({ by }) => <Answer of={by.get(door)} />,
})

function Answer({ of }: { of: WarmedFile | undefined }): JSX.Element {
  if (of === undefined) return <span class="error">no answer</span>
  if (of.problem !== undefined) return <span class="error">{of.problem}</span>
  return (
    <>
      ok <span class="soft">{duration(of.ms)}</span>
    </>
  )
}

/** The end of a folder's path: where it lies on the machine says nothing to who reads this. */
const lastParts = (folder: string): string => {
  const parts = folder.split('/').filter((part) => part !== '')
  return parts.length > 2 ? `…/${parts.slice(-2).join('/')}` : folder
}
