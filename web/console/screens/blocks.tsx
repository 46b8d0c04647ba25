import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { BlockForm } from '../blocks/block-form.tsx'
import { ImportForm } from '../blocks/import-form.tsx'
import { call, reasonOf } from '../call.ts'
import { number, toMs } from '../format.ts'
import { At } from '../parts/at.tsx'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Empty } from '../parts/empty.tsx'
import { Field } from '../parts/field.tsx'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { session, whyNot } from '../session.ts'
import { useShared } from '../shared-value.ts'
import { useAction } from '../use-action.ts'
import { useLoad } from '../use-load.ts'

interface BlockView {
  buyer: string
  score: number
  reason: string
  createdAt: string
}

interface Page {
  blocks: BlockView[]
  total: number
  next?: string
}

/** Who may not take part, or is slowed: look, search, block, unblock, a file in and out. */
export function Blocks(): JSX.Element {
  const why = whyNot(useShared(session))
  const [search, setSearch] = useState('')
  const [after, setAfter] = useState<string[]>([])
  const query = new URLSearchParams({ search, after: after.at(-1) ?? '' })
  const { data, error, reload } = useLoad<Page>(`/api/blocks?${query}`)
  const [freed, setFreed] = useState<BlockView>()
  const unblock = useAction(
    (buyer: string) => call('DELETE', '/api/blocks', { buyer }),
    () => `${freed?.buyer} is off the list.`,
  )
  const columns: Column<BlockView>[] = [
    ...COLUMNS,
    {
      title: 'Change',
      cell: (block) => (
        <Button small whyNot={why} onClick={() => setFreed(block)} label={`Unblock ${block.buyer}`}>
          Unblock
        </Button>
      ),
    },
  ]
  return (
    <>
      <div class="title-row">
        <h1>Blocks</h1>
        <a class="button" href="/api/blocks/export" download="blocks.csv">
          Save as CSV
        </a>
      </div>
      <div class="with-aside">
        <section class="stack">
          <div class="filters">
            <Field
              label="Search"
              type="search"
              value={search}
              onInput={(text) => {
                setAfter([])
                setSearch(text)
              }}
              placeholder="a buyer, or a word of the reason"
            />
            <p class="hint">
              {data && `${number(data.total)} on the list. `}A score of 100 refuses every click; a lower one
              slows the buyer, up to the door's own limit. Who is blocked may still read, pay and leave.
            </p>
          </div>
          {error !== undefined && (
            <Notice tone="bad" title="The list could not be loaded." onRetry={reload}>
              {reasonOf(error)}
            </Notice>
          )}
          {data === undefined && error === undefined && <Loading rows={6} label="Loading the list" />}
          {data && (
            <Table
              caption="Blocked buyers, by name"
              columns={columns}
              rows={data.blocks}
              keyOf={({ buyer }) => buyer}
              empty={
                <Empty title={search === '' ? 'Nobody is blocked.' : `Nobody with “${search}” is blocked.`}>
                  Whoever is blocked here is refused at the door within a second.
                </Empty>
              }
            />
          )}
          {(after.length > 0 || data?.next !== undefined) && (
            <div class="row">
              <Button disabled={after.length === 0} onClick={() => setAfter(after.slice(0, -1))}>
                Back
              </Button>
              <Button
                disabled={data?.next === undefined}
                onClick={() => data?.next !== undefined && setAfter([...after, data.next])}
              >
                More
              </Button>
            </div>
          )}
        </section>
        <aside class="stack">
          <Panel title="Block a buyer">
            <BlockForm why={why} onDone={reload} />
          </Panel>
          <Panel title="Import a file">
            <ImportForm why={why} onDone={reload} />
          </Panel>
        </aside>
      </div>
      {freed && (
        <Confirm
          title={`Unblock ${freed.buyer}?`}
          action="Unblock"
          busy={unblock.busy}
          error={unblock.error}
          onCancel={() => setFreed(undefined)}
          onConfirm={async () => {
            if ((await unblock.run(freed.buyer)) === undefined) return
            setFreed(undefined)
            reload()
          }}
        >
          <p>The buyer may click again within a second. The record keeps who unblocked whom.</p>
        </Confirm>
      )}
    </>
  )
}

const COLUMNS: Column<BlockView>[] = [
  { title: 'Buyer', cell: ({ buyer }) => <strong class="buyer">{buyer}</strong> },
  {
    title: 'Score',
    numeric: true,
    cell: ({ score }) => <Badge tone={score >= 100 ? 'bad' : 'warn'}>{score}</Badge>,
  },
  { title: 'Reason', wide: true, cell: ({ reason }) => reason || <span class="soft">–</span> },
  { title: 'Since', cell: ({ createdAt }) => <At at={toMs(createdAt)} /> },
]
