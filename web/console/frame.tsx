import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { SignedIn } from '../../contract/console/session.ts'
import { ClockTime } from './parts/clock-time.tsx'
import { Empty } from './parts/empty.tsx'
import { useNow } from './parts/when.tsx'
import { match, route } from './route.ts'
import { SaleFrame } from './sale-frame.tsx'
import { useScreens } from './screen.ts'
import { useShared } from './shared-value.ts'
import { Who } from './who.tsx'

/** The head with navigation and who is signed in, and below it the screen of the present address. */
export function Frame({ who }: { who: SignedIn }): JSX.Element {
  const screens = useScreens()
  const parts = useShared(route)
  const main = useRef<HTMLElement>(null)
  const address = parts.join('/')
  const screen = screens.find(({ path }) => match(path, parts.length === 0 ? ['sales'] : parts))
  const params = (screen && match(screen.path, parts)) ?? {}
  const Shown = screen?.component
  const first = useRef(true)

  // Whoever can not see learns of a new screen by its title and by where the focus is.
  useEffect(() => {
    document.title = `${screen?.title ?? 'Nothing here'}${params.id ? ` · ${params.id}` : ''} · Sluice ops`
    if (!first.current) main.current?.focus()
    first.current = false
  }, [address])

  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header class="head">
        <a class="mark" href="#/sales">
          Sluice <span>ops</span>
        </a>
        <nav aria-label="Console">
          {screens.map(
            ({ nav, path }) =>
              nav !== undefined && (
                <a
                  key={path}
                  class="tab"
                  href={`#/${path}`}
                  aria-current={isUnder(path, parts) ? 'page' : undefined}
                >
                  {nav}
                </a>
              ),
          )}
        </nav>
        <Clock />
        <Who who={who} />
      </header>
      <main id="main" class="page" ref={main} tabIndex={-1}>
        {Shown === undefined ? (
          <Empty title="There is no such screen.">
            <a href="#/sales">See all sales</a>
          </Empty>
        ) : params.id !== undefined ? (
          <SaleFrame key={params.id} id={params.id} path={screen?.path ?? ''}>
            <Shown key={address} params={params} />
          </SaleFrame>
        ) : (
          <Shown key={address} params={params} />
        )}
      </main>
    </>
  )
}

const isUnder = (path: string, parts: readonly string[]): boolean =>
  (parts[0] ?? 'sales') === path.split('/')[0]

function Clock(): JSX.Element {
  return (
    <p class="now">
      <span class="unseen">Now: </span>
      <ClockTime at={useNow()} />
    </p>
  )
}
