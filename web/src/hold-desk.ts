import { announcer } from './announce.ts'
import { startClock } from './clock.ts'
import { connectionBanner } from './connection.ts'
import { describe } from './describe.ts'
import type { Desk } from './desk.ts'
import { deskPainter } from './paint-desk.ts'
import type { SaleCard } from './sale.ts'
import { nextTick } from './tick.ts'

export interface HeldDesk {
  get(): Desk
  /** Without painting: another change follows at once. */
  set(what: Partial<Desk>): void
  change(what: Partial<Desk>): void
  paint(): void
  /** The server's time, ms since 1970. */
  now(): number
  syncClock(): void
  /** No answer came; the next try is so many ms away. Seen at the next paint, as is `found`. */
  lost(nextMs: number): void
  found(): void
}

/** Holds what is known of one sale and one buyer, and paints it: at each change, and when a figure on the page turns. */
export function holdDesk(printed: SaleCard, onRetry: () => void): HeldDesk {
  const paintDesk = deskPainter()
  const announce = announcer()
  const connection = connectionBanner(onRetry)
  const clock = startClock(paint)
  const title = document.title
  let desk: Desk = { sale: printed, quantity: 1 }
  let timer: ReturnType<typeof setTimeout> | undefined

  function paint(): void {
    clearTimeout(timer)
    const now = clock.now()
    const view = describe(desk, now)
    paintDesk(view)
    announce(view)
    connection.paint(desk.place !== undefined)
    document.title = desk.place ? `${view.headline} · ${title}` : title
    timer = setTimeout(paint, nextTick(desk, now))
  }

  function set(what: Partial<Desk>): void {
    desk = { ...desk, ...what }
  }

  return {
    ...{ get: () => desk, set, paint },
    change(what) {
      set(what)
      paint()
    },
    now: clock.now,
    syncClock: () => void clock.sync(),
    lost: (nextMs) => connection.lost(performance.now() + nextMs),
    found: connection.found,
  }
}
