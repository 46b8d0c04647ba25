import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { call, reasonOf } from '../call.ts'
import { Difference } from '../difference.tsx'
import { toMs } from '../format.ts'
import { At } from '../parts/at.tsx'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'
import { Field } from '../parts/field.tsx'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useAction } from '../use-action.ts'
import { useLoad } from '../use-load.ts'

interface ActionView {
  id: number
  at: string
  who: string
  role?: string
  action: string
  sale?: number
  target?: string
  before?: unknown
  after?: unknown
  reason?: string
  requestId?: string
  address?: string
}

interface Page {
  actions: ActionView[]
  next?: number
}

const EVERY_MS = 5_000
const WAIT_MS = 300

/** Everything that people did here or on the command line, and what was refused; nobody can change or remove it. */
export function Actions({ params }: { params: { id?: string } }): JSX.Element {
  const [sale, setSale] = useState('')
  const [who, setWho] = useState('')
  const asked = useSettled(params.id ?? sale)
  const person = useSettled(who)
  const query = new URLSearchParams({
    ...(asked.trim() && { sale: asked.trim() }),
    ...(person.trim() && { who: person.trim() }),
  }).toString()
  return (
    <>
      {params.id === undefined && (
        <div class="title-row">
          <h1>Actions</h1>
        </div>
      )}
      <div class="filters">
        {params.id === undefined && (
          <Field label="Sale" type="number" value={sale} onInput={setSale} placeholder="all" />
        )}
        <Field label="Who" value={who} onInput={setWho} placeholder="everybody" />
        <p class="hint">
          Every change by the console and by the command line (<code>cli:</code>), and what was refused. Rows
          are only ever added: the database itself refuses to change or remove one.
        </p>
      </div>
      <List key={query} query={query} />
    </>
  )
}

/** The value, once nobody has changed it for a moment: a letter is no question. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), WAIT_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

function List({ query }: { query: string }): JSX.Element {
  const newest = useLoad<Page>(`/api/actions${query && `?${query}`}`, EVERY_MS)
  const [older, setOlder] = useState<Page>()
  const next = older ? older.next : newest.data?.next
  const more = useAction(
    async () => {
      const page = await call<Page>('GET', `/api/actions?${query && `${query}&`}before=${next}`)
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
        columns={COLUMNS}
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

const COLUMNS: Column<ActionView>[] = [
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
