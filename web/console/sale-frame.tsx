import type { ComponentChildren, JSX } from 'preact'
import type { ShownSale } from '../../contract/console/sale.ts'
import { Refused, reasonOf } from './call.ts'
import { toMs } from './format.ts'
import { Empty } from './parts/empty.tsx'
import { Loading } from './parts/loading.tsx'
import { Notice } from './parts/notice.tsx'
import { SaleState } from './parts/sale-state.tsx'
import { Relative, useNow, When } from './parts/when.tsx'
import { statusOf } from './sale.ts'
import { SaleContext } from './sale-context.ts'
import { useScreens } from './screen.ts'
import { useLoad } from './use-load.ts'

const EVERY_MS = 5_000

interface SaleFrameProps {
  id: string
  /** The path of the screen inside, to mark its tab. */
  path: string
  children: ComponentChildren
}

/** A sale's title, state and tabs, above whichever of its screens is open. */
export function SaleFrame({ id, path, children }: SaleFrameProps): JSX.Element {
  const screens = useScreens()
  const { data, error, reload } = useLoad<ShownSale>(`/api/sales/${id}`, EVERY_MS)
  if (data === undefined) {
    if (error instanceof Refused && error.code === 'unknown_sale')
      return (
        <Empty title={`There is no sale ${id}.`}>
          <a href="#/sales">See all sales</a>
        </Empty>
      )
    return error === undefined ? (
      <Loading label="Loading the sale" />
    ) : (
      <Notice tone="bad" title="The sale could not be loaded." onRetry={reload}>
        {reasonOf(error)}
      </Notice>
    )
  }
  if (data.phase === 'discarded')
    return (
      <Empty title={`Sale ${id} was a draft, and was discarded.`}>
        <a href="#/sales">See all sales</a>
      </Empty>
    )
  return (
    <SaleContext.Provider value={{ sale: data, reload }}>
      <header class="sale-head">
        <p class="crumb">
          <a href="#/sales">Sales</a> <span aria-hidden="true">/</span> {data.id}
        </p>
        <div class="sale-title">
          <h1>{data.title}</h1>
          <SaleState sale={data} />
        </div>
        <Times sale={data} />
        <nav class="tabs" aria-label="Screens of this sale">
          {screens.map(
            (screen) =>
              screen.tab !== undefined && (
                <a
                  key={screen.path}
                  class="tab"
                  href={`#/${screen.path.replace(':id', id)}`}
                  aria-current={screen.path === path ? 'page' : undefined}
                >
                  {screen.tab}
                </a>
              ),
          )}
        </nav>
      </header>
      {error !== undefined && error instanceof Refused && (
        <Notice tone="warn" onRetry={reload}>
          {reasonOf(error)}
        </Notice>
      )}
      {children}
    </SaleContext.Provider>
  )
}

function Times({ sale }: { sale: ShownSale }): JSX.Element {
  const { next } = statusOf(sale, useNow())
  return (
    <dl class="sale-times">
      <div>
        <dt>Opens</dt>
        <dd>
          <When at={toMs(sale.opensAt)} />
        </dd>
      </div>
      <div>
        <dt>Closes</dt>
        <dd>
          <When at={toMs(sale.closesAt)} />
        </dd>
      </div>
      {next && (
        <div class="sale-next">
          <dt>Countdown</dt>
          <dd>
            {next.word} <Relative at={next.at} />
          </dd>
        </div>
      )}
    </dl>
  )
}
