import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { call } from './call.ts'
import { clock, zone } from './format.ts'
import { Badge } from './parts/badge.tsx'
import { Button } from './parts/button.tsx'
import { Empty } from './parts/empty.tsx'
import { useNow } from './parts/when.tsx'
import { match, route } from './route.ts'
import { SaleFrame } from './sale-frame.tsx'
import { useScreens } from './screen.ts'
import { type Session, session } from './session.ts'
import { useShared } from './shared-value.ts'
import { useAction } from './use-action.ts'

/** The head with navigation and who is signed in, and below it the screen of the present address. */
export function Frame({ who }: { who: Session }): JSX.Element {
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
  const now = useNow()
  return (
    <p class="now" title={zone()}>
      <span class="unseen">Now: </span>
      {clock(now)} <span class="utc">{clock(now, 'UTC')} UTC</span>
    </p>
  )
}

function Who({ who }: { who: Session }): JSX.Element {
  const signOut = useAction((from: 'here' | 'everywhere') =>
    call('DELETE', from === 'here' ? '/api/session' : '/api/sessions'),
  )
  const leave = async (from: 'here' | 'everywhere') => {
    await signOut.run(from)
    session.set(undefined)
  }
  return (
    <div class="who">
      <span class="name">{who.name}</span>
      <Badge tone={who.role === 'operator' ? 'accent' : 'plain'}>{who.role}</Badge>
      <Button kind="quiet" small busy={signOut.busy} onClick={() => leave('here')}>
        Sign out
      </Button>
      <Button kind="quiet" small busy={signOut.busy} onClick={() => leave('everywhere')}>
        Everywhere
      </Button>
    </div>
  )
}
