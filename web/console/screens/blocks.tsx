import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { BlockPage } from '../../../contract/console/block.ts'
import { BlockForm } from '../blocks/block-form.tsx'
import { BlockList } from '../blocks/block-list.tsx'
import { ImportForm } from '../blocks/import-form.tsx'
import { reasonOf } from '../call.ts'
import { number } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { useMayChange } from '../session.ts'
import { useLoad } from '../use-load.ts'

/** Who may not take part, or is slowed: look, search, block, unblock, a file in and out. */
export function Blocks(): JSX.Element {
  const mayChange = useMayChange()
  const [search, setSearch] = useState('')
  const [after, setAfter] = useState<string[]>([])
  const query = new URLSearchParams({ search, after: after.at(-1) ?? '' })
  const { data, error, reload } = useLoad<BlockPage>(`/api/blocks?${query}`)
  return (
    <>
      <div class="title-row">
        <h1>Blocks</h1>
        <a class="button" href="/api/blocks/export" download="blocks.csv">
          Save as CSV
        </a>
      </div>
      <div class={mayChange ? 'with-aside' : undefined}>
        <section class="stack" aria-label="The list">
          <div class="filters search">
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
              slows the buyer, up to the door’s own limit. Who is blocked may still read, pay and leave.
            </p>
          </div>
          {error !== undefined && (
            <Notice tone="bad" title="The list could not be loaded." onRetry={reload}>
              {reasonOf(error)}
            </Notice>
          )}
          {data === undefined && error === undefined && <Loading rows={6} label="Loading the list" />}
          {data && <BlockList blocks={data.blocks} search={search} onChanged={reload} />}
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
        {mayChange && (
          <aside class="stack">
            <Panel title="Block a buyer">
              <BlockForm onDone={reload} />
            </Panel>
            <Panel title="Import a file">
              <ImportForm onDone={reload} />
            </Panel>
          </aside>
        )}
      </div>
    </>
  )
}
