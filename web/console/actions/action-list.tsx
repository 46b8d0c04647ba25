import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ActionPage } from '../../../contract/console/action.ts'
import { call, reasonOf } from '../call.ts'
import { Button } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import { useAction } from '../use-action.ts'
import { useLoad } from '../use-load.ts'
import { ACTION_COLUMNS } from './action-columns.tsx'

const EVERY_MS = 5_000

/** The newest actions, as they come, and older ones when they are asked for. */
export function ActionList({ query }: { query: string }): JSX.Element {
  const newest = useLoad<ActionPage>(`/api/actions${query && `?${query}`}`, EVERY_MS)
  const [older, setOlder] = useState<ActionPage>()
  const next = older ? older.next : newest.data?.next
  const more = useAction(
    async () => {
      const page = await call<ActionPage>('GET', `/api/actions?${query && `${query}&`}before=${next}`)
      setOlder(({ actions } = { actions: [] }) => ({ ...page, actions: [...actions, ...page.actions] }))
    },
    () => '',
  )
  if (newest.data === undefined) {
    if (newest.error === undefined) return <Loading rows={8} label="Loading the actions" />
    return (
      <Notice tone="bad" title="The actions could not be loaded." onRetry={newest.reload}>
        {reasonOf(newest.error)}
      </Notice>
    )
  }
  // While older ones are shown, new ones push rows over the edge between the two: each is shown once.
  const oldest = older?.actions[0]?.id ?? 0
  const rows = [...newest.data.actions.filter(({ id }) => id > oldest), ...(older?.actions ?? [])]
  return (
    <>
      {newest.error !== undefined && <Notice tone="warn">{reasonOf(newest.error)}</Notice>}
      <Table
        caption="Actions, newest first"
        columns={ACTION_COLUMNS}
        rows={rows}
        keyOf={({ id }) => id}
        empty={<Empty title="Nothing was done here yet." />}
      />
      {next !== undefined && (
        <div class="row">
          <Button onClick={more.run} busy={more.busy}>
            Show older ones
          </Button>
          {more.error !== undefined && <span class="error">{more.error}</span>}
        </div>
      )}
    </>
  )
}
