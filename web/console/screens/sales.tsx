import type { JSX } from 'preact'
import type { ShownSale } from '../../../contract/console/sale.ts'
import { reasonOf } from '../call.ts'
import { money, number, percent } from '../format.ts'
import { Empty } from '../parts/empty.tsx'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { SaleState } from '../parts/sale-state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Relative, When } from '../parts/when.tsx'
import { statusOf } from '../sale.ts'
import { useScreens } from '../screen.ts'
import { useMayChange } from '../session.ts'
import { useLoad } from '../use-load.ts'

const EVERY_MS = 2_000

/** All sales, newest first, with the way to every screen of each. */
export function Sales(): JSX.Element {
  const { data: sales, error, reload } = useLoad<ShownSale[]>('/api/sales', EVERY_MS)
  const mayChange = useMayChange()
  return (
    <>
      <div class="title-row">
        <h1>Sales</h1>
        {mayChange && (
          <a class="button primary" href="#/sales/new">
            New sale
          </a>
        )}
      </div>
      {sales === undefined && error === undefined && <Loading rows={6} label="Loading the sales" />}
      {error !== undefined && (
        <Notice tone="bad" title="The sales could not be loaded." onRetry={reload}>
          {reasonOf(error)}
        </Notice>
      )}
      {sales && (
        <Table
          caption="Sales, newest first"
          columns={COLUMNS}
          rows={sales}
          keyOf={({ id }) => id}
          empty={
            <Empty title="No sale yet.">
              {mayChange ? (
                <a href="#/sales/new">Create the first one</a>
              ) : (
                'An operator creates the first one.'
              )}
            </Empty>
          }
        />
      )}
    </>
  )
}

const COLUMNS: Column<ShownSale>[] = [
  { title: 'No.', numeric: true, cell: ({ id }) => id },
  {
    title: 'Sale',
    wide: true,
    cell: (sale) => <Links sale={sale} />,
  },
  { title: 'State', cell: (sale) => <SaleState sale={sale} /> },
  { title: 'Next', cell: (sale) => <Next sale={sale} /> },
  { title: 'Price', numeric: true, cell: ({ priceCents, currency }) => money(priceCents, currency) },
  { title: 'Stock', numeric: true, cell: ({ stock }) => number(stock) },
  { title: 'Sold or held', numeric: true, cell: ({ sold }) => number(sold) },
  { title: 'Paid', numeric: true, cell: ({ paid }) => number(paid) },
  {
    title: 'Of the stock',
    numeric: true,
    cell: ({ sold, stock }) => (
      <span class="share">
        <progress max={stock} value={sold} aria-label="Sold of the stock" />
        {percent(stock === 0 ? 0 : sold / stock)}
      </span>
    ),
  },
]

function Next({ sale }: { sale: ShownSale }): JSX.Element {
  const { next } = statusOf(sale, Date.now())
  if (next === undefined) return <span class="soft">–</span>
  return (
    <span class="next">
      <span>
        {next.word} <Relative at={next.at} />
      </span>
      <When at={next.at} />
    </span>
  )
}

function Links({ sale: { id, title } }: { sale: ShownSale }): JSX.Element {
  const tabs = useScreens().filter(({ tab }) => tab !== undefined)
  const [first] = tabs
  const href = (path: string) => `#/${path.replace(':id', String(id))}`
  return (
    <>
      <a class="sale-link" href={href(first?.path ?? 'sales')}>
        {title}
      </a>
      <span class="sale-links">
        {tabs.map(({ path, tab }) => (
          <a key={path} href={href(path)} aria-label={`${tab}, sale ${id}`}>
            {tab}
          </a>
        ))}
      </span>
    </>
  )
}
