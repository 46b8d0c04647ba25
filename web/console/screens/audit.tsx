import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ToldAudit } from '../../../contract/console/audit.ts'
import type { SaleEvent } from '../../../contract/console/event.ts'
import { call, reasonOf } from '../call.ts'
import { number } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'
import { Figures } from '../parts/figures.tsx'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { When } from '../parts/when.tsx'
import { useSale } from '../sale-context.ts'
import { useAction } from '../use-action.ts'
import { useLoad } from '../use-load.ts'

const EVERY_MS = 5_000
/** Of a sale with a million tickets, and readings that are repeated where something looks wrong. */
const PATIENCE_MS = 90_000

/** Proves the books of a sale, and lists what was noted and repaired. */
export function Audit(): JSX.Element {
  const { sale } = useSale()
  const [audit, setAudit] = useState<ToldAudit>()
  const prove = useAction(
    async () =>
      setAudit(await call<ToldAudit>('POST', `/api/sales/${sale.id}/audit`, {}, { timeoutMs: PATIENCE_MS })),
    () => '',
  )
  return (
    <div class="stack">
      <Panel
        title="The books"
        aside={
          <Button kind="primary" small busy={prove.busy} onClick={() => void prove.run()}>
            {audit ? 'Prove again' : 'Prove the books'}
          </Button>
        }
      >
        {!audit && !prove.busy && (
          <p class="soft">
            Counts every ticket, unit and cent in MySQL and Redis, also while the sale runs. It changes
            nothing.
          </p>
        )}
        {prove.busy && <Loading rows={3} label="Proving the books" />}
        <Outcome of={{ result: undefined, error: prove.error }} />
        {audit && !prove.busy && <Verdict audit={audit} />}
      </Panel>
      <Events id={sale.id} />
    </div>
  )
}

function Verdict({ audit }: { audit: ToldAudit }): JSX.Element {
  const { stock, sold, paid, awaiting, left, tickets, waiting, inFlight } = audit
  const outcomes = Object.entries(audit.outcomes).filter(([, count]) => count > 0)
  return (
    <>
      {audit.ok ? (
        <Notice tone="good" title="The books are right.">
          Every ticket has one place, every unit and every cent is accounted for. Proved{' '}
          <When at={audit.at} seconds />.
        </Notice>
      ) : (
        <Notice tone="bad" title={`The books are wrong: ${number(audit.problems.length)} findings.`}>
          <ul class="findings">
            {audit.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </Notice>
      )}
      {audit.unchecked !== null && <Notice tone="warn">{audit.unchecked}.</Notice>}
      <Figures
        figures={[
          { label: 'stock', value: number(stock) },
          {
            label: 'sold',
            value: number(sold),
            note: `${number(paid)} paid, ${number(awaiting)} awaiting payment`,
          },
          { label: 'left', value: number(left) },
          { label: 'tickets', value: number(tickets) },
          { label: 'waiting', value: number(waiting) },
          { label: 'in flight', value: number(inFlight) },
        ]}
      />
      <h3>Outcomes of tickets</h3>
      {outcomes.length === 0 ? (
        <p class="soft">No ticket has an outcome yet.</p>
      ) : (
        <Figures
          figures={outcomes.map(([state, count]) => ({
            label: state.replaceAll('_', ' '),
            value: number(count),
          }))}
        />
      )}
    </>
  )
}

function Events({ id }: { id: number }): JSX.Element {
  const { data, error, reload } = useLoad<{ events: SaleEvent[] }>(`/api/sales/${id}/events`, EVERY_MS)
  return (
    <Panel title="Repairs and other events" aside="noted by gateways, workers and operators">
      {data === undefined && error === undefined && <Loading rows={3} label="Loading the events" />}
      {error !== undefined && (
        <Notice tone="bad" title="The events could not be loaded." onRetry={reload}>
          {reasonOf(error)}
        </Notice>
      )}
      {data && (
        <Table
          caption="Events, the newest first"
          columns={EVENTS}
          rows={[...data.events].reverse()}
          keyOf={(event) => `${event.at} ${event.kind} ${event.detail}`}
          empty={
            <Empty title="Nothing had to be repaired.">
              Repairs of reconciliation, parked tickets, losses of Redis and steps of the settlement would
              stand here.
            </Empty>
          }
        />
      )}
    </Panel>
  )
}

const EVENTS: Column<SaleEvent>[] = [
  { title: 'When', cell: ({ at }) => <When at={at} seconds /> },
  { title: 'Kind', cell: ({ kind }) => kind },
  { title: 'What', wide: true, cell: ({ detail }) => detail },
  { title: 'Noted by', cell: ({ who }) => <span class="from">{who}</span> },
]
