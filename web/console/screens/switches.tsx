import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ShownSwitch, ShownSwitches } from '../../../contract/console/switch.ts'
import { reasonOf } from '../call.ts'
import { toMs } from '../format.ts'
import { At } from '../parts/at.tsx'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useMayChange } from '../session.ts'
import { Levels } from '../switches/levels.tsx'
import { originOf, valueText } from '../switches/switch-words.ts'
import { TurnDialog } from '../switches/turn-dialog.tsx'
import { useLoad } from '../use-load.ts'

const EVERY_MS = 2_000

/** Feature switches and levels: for all sales, or (under a sale) for that one. */
export function Switches({ params }: { params: { id?: string } }): JSX.Element {
  const sale = params.id === undefined ? undefined : Number(params.id)
  const mayChange = useMayChange()
  const path = `/api/switches${sale === undefined ? '' : `?sale=${sale}`}`
  const { data, error, reload } = useLoad<ShownSwitches>(path, EVERY_MS)
  const [turned, setTurned] = useState<{ one: ShownSwitch; wished?: string }>()
  const change: Column<ShownSwitch> = {
    title: 'Change',
    cell: (one) => (
      <Button small onClick={() => setTurned({ one })} label={`Turn ${one.name}`}>
        Turn
      </Button>
    ),
  }
  const level = data?.switches.find(({ name }) => name === 'level')
  const own = Object.entries(data?.sales ?? {})
  return (
    <>
      {sale === undefined ? (
        <div class="title-row">
          <h1>Switches</h1>
        </div>
      ) : (
        <p class="hint">
          For this sale alone; what is not turned here goes by the{' '}
          <a href="#/switches">switches for all sales</a>.
        </p>
      )}
      {error !== undefined && (
        <Notice tone="bad" title="The switches could not be loaded." onRetry={reload}>
          {reasonOf(error)}
        </Notice>
      )}
      {data === undefined && error === undefined && <Loading rows={8} label="Loading the switches" />}
      {data && sale === undefined && level && (
        <Levels
          found={data}
          onPick={mayChange ? (wished) => setTurned({ one: level, wished: String(wished) }) : undefined}
        />
      )}
      {data && (
        <Table
          caption="Switches"
          columns={mayChange ? [...COLUMNS, change] : COLUMNS}
          rows={data.switches.filter(({ perSale }) => sale === undefined || perSale)}
          keyOf={({ name }) => name}
        />
      )}
      {sale === undefined && own.length > 0 && (
        <p class="hint">
          With switches of their own:{' '}
          {own.map(([id, values], index) => (
            <span key={id}>
              {index > 0 && ', '}
              <a href={`#/sales/${id}/switches`}>sale {id}</a> ({Object.keys(values).join(', ')})
            </span>
          ))}
        </p>
      )}
      {turned && (
        <TurnDialog
          {...turned}
          sale={sale}
          onCancel={() => {
            setTurned(undefined)
            reload()
          }}
          onDone={() => {
            setTurned(undefined)
            reload()
          }}
        />
      )}
    </>
  )
}

const COLUMNS: Column<ShownSwitch>[] = [
  {
    title: 'Switch',
    wide: true,
    cell: ({ name, says }) => (
      <span class="person">
        <strong>{name}</strong>
        <span class="soft">{says}</span>
      </span>
    ),
  },
  {
    title: 'In force',
    cell: ({ value, from }) => (
      <Badge tone={from === 'normal' ? 'plain' : 'accent'}>{valueText(value)}</Badge>
    ),
  },
  { title: 'From', cell: ({ from }) => <span class="from">{originOf(from)}</span> },
  {
    title: 'Turned last',
    cell: ({ set }) =>
      set === undefined ? (
        <span class="soft">never</span>
      ) : (
        <span class="person turned">
          <span>
            <strong>{set.who}</strong>: {set.before} → {set.after}
          </span>
          {set.reason !== '' && <span class="why">{set.reason}</span>}
          <At at={toMs(set.at)} />
        </span>
      ),
  },
]
