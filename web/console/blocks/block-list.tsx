import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ListedBlock } from '../../../contract/console/block.ts'
import { call } from '../call.ts'
import { toMs } from '../format.ts'
import { At } from '../parts/at.tsx'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Empty } from '../parts/empty.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useMayChange } from '../session.ts'
import { useAction } from '../use-action.ts'

interface BlockListProps {
  blocks: readonly ListedBlock[]
  search: string
  onChanged: () => void
}

/** Who is on the list, by name, each with the way off it. */
export function BlockList({ blocks, search, onChanged }: BlockListProps): JSX.Element {
  const mayChange = useMayChange()
  const [freed, setFreed] = useState<ListedBlock>()
  const unblock = useAction((buyer: string) => call('DELETE', '/api/blocks', { buyer }))
  const change: Column<ListedBlock> = {
    title: 'Change',
    cell: (block) => (
      <Button small onClick={() => setFreed(block)} label={`Unblock ${block.buyer}`}>
        Unblock
      </Button>
    ),
  }
  return (
    <>
      <Table
        caption="Blocked buyers, by name"
        columns={mayChange ? [...COLUMNS, change] : COLUMNS}
        rows={blocks}
        keyOf={({ buyer }) => buyer}
        empty={
          <Empty title={search === '' ? 'Nobody is blocked.' : `Nobody with “${search}” is blocked.`}>
            Whoever is blocked here is refused at the door within a second.
          </Empty>
        }
      />
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
            onChanged()
          }}
        >
          <p>The buyer may click again within a second. The record keeps who unblocked whom.</p>
        </Confirm>
      )}
    </>
  )
}

const COLUMNS: Column<ListedBlock>[] = [
  { title: 'Buyer', cell: ({ buyer }) => <strong class="buyer">{buyer}</strong> },
  {
    title: 'Score',
    numeric: true,
    cell: ({ score }) => <Badge tone={score >= 100 ? 'bad' : 'warn'}>{score}</Badge>,
  },
  { title: 'Reason', wide: true, cell: ({ reason }) => reason || <span class="soft">–</span> },
  { title: 'Since', cell: ({ createdAt }) => <At at={toMs(createdAt)} /> },
]
