import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { RowFault } from '../../../contract/console/block.ts'
import { call } from '../call.ts'
import { number } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { useAction } from '../use-action.ts'

const SHOWN = 12

/** A CSV file: all of it, or nothing and what is wrong with which row. */
export function ImportForm({ onDone }: { onDone: () => void }): JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  const [name, setName] = useState<string>()
  const send = useAction(
    async () => {
      const file = input.current?.files?.[0]
      if (!file) throw new Error('Choose a file first.')
      return call<{ imported: number }>('POST', '/api/blocks/import', await file.text())
    },
    ({ imported }) => `${number(imported)} buyers are on the list.`,
  )
  const faults = (send.refused?.fields ?? []) as RowFault[]
  return (
    <form
      class="stack"
      onSubmit={async (event) => {
        event.preventDefault()
        if ((await send.run()) !== undefined) onDone()
      }}
    >
      <p class="hint">
        CSV, 1 MB at most. The first line names the columns: <code>buyer</code> and, if wanted,{' '}
        <code>score</code> and <code>reason</code>. Buyers on the list already are replaced, others stay.
      </p>
      <div class="row">
        <label class="button file">
          Choose a file
          <input
            ref={input}
            class="unseen"
            type="file"
            accept=".csv,text/csv"
            onChange={(event) => {
              send.clear()
              setName(event.currentTarget.files?.[0]?.name)
            }}
          />
        </label>
        <span class="soft">{name ?? 'none chosen'}</span>
      </div>
      <div class="row">
        <Button type="submit" busy={send.busy}>
          Import
        </Button>
        {faults.length === 0 && <Outcome of={send} />}
      </div>
      {faults.length > 0 && (
        <Notice tone="bad" title="Nothing was imported.">
          <ul class="faults">
            {faults.slice(0, SHOWN).map(({ row, field, message }) => (
              <li key={`${row} ${field} ${message}`}>
                Row {row}, {field}: {message}
              </li>
            ))}
            {faults.length > SHOWN && <li>and {faults.length - SHOWN} more</li>}
          </ul>
        </Notice>
      )}
    </form>
  )
}
