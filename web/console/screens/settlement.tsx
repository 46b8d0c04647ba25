import type { JSX } from 'preact'
import type { SettlementState } from '../../../contract/console/settlement.ts'
import { reasonOf } from '../call.ts'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { useSale } from '../sale-context.ts'
import { BeforeSettlement } from '../settlement/before-settlement.tsx'
import { Settled } from '../settlement/settled.tsx'
import { useLoad } from '../use-load.ts'

const EVERY_MS = 2_000

/** Closes the books of a sale: what blocks it, what it did, and what to take away. */
export function Settlement(): JSX.Element {
  const { sale, reload: reloadSale } = useSale()
  const { data, error, reload } = useLoad<SettlementState>(`/api/sales/${sale.id}/settlement`, EVERY_MS)
  const settled = () => {
    reload()
    reloadSale()
  }
  return (
    <div class="stack">
      {data === undefined && error === undefined && <Loading rows={5} label="Loading the settlement" />}
      {error !== undefined && (
        <Notice tone="bad" title="The settlement could not be loaded." onRetry={reload}>
          {reasonOf(error)}
        </Notice>
      )}
      {data?.settlement && <Settled settlement={data.settlement} />}
      {data && !data.settlement && <BeforeSettlement state={data} onSettled={settled} />}
      <Panel title="To take away">
        <ul class="downloads">
          <li>
            <a class="button" href={`/api/sales/${sale.id}/evidence`} download>
              Evidence, HTML
            </a>
            <span>
              One page with the verdict, the timeline, charts, fairness, refusals and money, and how to check
              each number.
            </span>
          </li>
          <li>
            <a class="button" href={`/api/sales/${sale.id}/orders`} download>
              Orders, CSV
            </a>
            <span>Every order with its buyer, amount and times, safe to open in a spreadsheet.</span>
          </li>
        </ul>
      </Panel>
    </div>
  )
}
