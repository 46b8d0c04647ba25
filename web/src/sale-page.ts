import { announcer } from './announce.ts'
import type { Answer, Refusal } from './call.ts'
import { quantityChoice } from './choose-quantity.ts'
import { startClock } from './clock.ts'
import { connectionBanner } from './connection.ts'
import { type Desk, describe } from './desk.ts'
import { followTicket } from './follow-ticket.ts'
import { joinLine } from './join-line.ts'
import { leaveButton } from './leave-line.ts'
import { localTimes } from './local-times.ts'
import { deskPainter, find } from './paint-desk.ts'
import { isFinal, joined, type Place, seen } from './place.ts'
import { rememberPlace } from './remember-place.ts'
import { readSale } from './sale.ts'
import { signInBox } from './sign-in.ts'
import { nextTick } from './tick.ts'
import { watchSale } from './watch-sale.ts'

/** The sale page: one desk (what is known), one paint (what is shown), and the events that change the desk. */
const printed = readSale(find('main'))
if (!printed) throw new Error('page: no sale is printed on it')
const desk: Desk = { sale: printed, quantity: 1 }
const { id } = printed

const paintDesk = deskPainter()
const announce = announcer()
const title = document.title
let timer: ReturnType<typeof setTimeout> | undefined

function paint(): void {
  clearTimeout(timer)
  const now = clock.now()
  const view = describe(desk, now)
  paintDesk(view)
  announce(view)
  connection.paint()
  document.title = desk.place ? `${view.headline} · ${title}` : title
  timer = setTimeout(paint, nextTick(desk, now))
}

const connection = connectionBanner(() => {
  void clock.sync()
  lookAtSale()
  follower.lookNow()
})
const clock = startClock(paint)
const quantity = quantityChoice((chosen) => {
  desk.quantity = chosen
  paint()
})
const memory = rememberPlace(id, adopt)
const signIn = signInBox(() => {
  find('#buy').focus()
  const wanted = desk.refusal?.code === 'unauthenticated' && !desk.place
  desk.refusal = undefined
  follower.follow(desk.place?.ticket, 0)
  if (wanted) void join()
  else paint()
})

/** Takes over a place (undefined: none), and follows it until its end. */
function take(place: Place | undefined, lookInMs: number): void {
  desk.place = place
  const over = place === undefined || isFinal(place.state)
  follower.follow(over ? undefined : place.ticket, lookInMs)
  if (over) lookAtSale()
  paint()
}

/**
 * Another tab saw something. The same ticket is only shown, not polled at once: two tabs that answered each other's
 * writes with polls would never stop. A late `waiting` does not undo an end that this tab has seen.
 */
function adopt(place: Place | undefined): void {
  if (place === undefined || place.ticket !== desk.place?.ticket) return take(place, 500)
  if (place.seenAt < desk.place.seenAt || isFinal(desk.place.state)) return
  desk.place = place
  if (isFinal(place.state)) follower.follow(undefined, 0)
  paint()
}

function refuse(refusal: Refusal): void {
  const now = clock.now()
  const waitMs = refusal.retryAfterMs ?? (refusal.code === 'not_open' ? 500 : 0)
  desk.refusal = { code: refusal.code, until: now + waitMs }
  if (refusal.code === 'sold_out' || refusal.code === 'ended' || refusal.code === 'paused')
    desk.sale = { ...desk.sale, state: refusal.code }
  if (refusal.code === 'not_open') {
    desk.sale = { ...desk.sale, state: 'upcoming', opensAt: refusal.opensAt ?? desk.sale.opensAt }
    void clock.sync()
  }
  if (refusal.code === 'unauthenticated') void signIn.needed()
}

const follower = followTicket((ticket, answer, nextMs) => {
  if (answer.kind === 'lost') {
    connection.lost(performance.now() + nextMs)
    return true
  }
  connection.found()
  if (desk.place?.ticket !== ticket) return false
  if (answer.kind === 'ok') {
    desk.place = seen(desk.place, answer.body, clock.now())
    memory.write(desk.place)
    if (isFinal(desk.place.state)) lookAtSale()
    paint()
    return true
  }
  if (answer.code === 'unknown_ticket') {
    memory.write(undefined)
    take(undefined, 0)
  }
  if (answer.status === 404 || answer.status === 401) {
    refuse(answer)
    paint()
    return false
  }
  return true
})

const lookAtSale = watchSale(
  id,
  () => document.visibilityState === 'visible' && (!desk.place || isFinal(desk.place.state)),
  (answer, nextMs) => {
    if (answer.kind === 'lost') {
      connection.lost(performance.now() + nextMs)
      return
    }
    connection.found()
    if (answer.kind === 'ok') {
      desk.sale = { ...answer.body, perUser: answer.body.perUser ?? printed.perUser ?? 1 }
      quantity.limit(desk.sale.perUser ?? 1)
      localTimes(desk.sale)
    } else if (answer.code === 'unknown_sale') {
      refuse(answer)
    }
    paint()
  },
)

async function join(): Promise<void> {
  // One click at a time, in this tab; the line itself holds the promise of one ticket a buyer.
  if (desk.joining) return
  desk.joining = { attempts: 0 }
  desk.refusal = undefined
  signIn.hide()
  paint()
  const wanted = desk.quantity
  const answer = await joinLine(id, wanted, (attempts, nextMs) => {
    desk.joining = { attempts }
    connection.lost(performance.now() + nextMs)
    paint()
  })
  desk.joining = undefined
  settle(answer, wanted)
  paint()
}

function settle(answer: Answer<Parameters<typeof joined>[0]>, wanted: number): void {
  if (answer.kind === 'lost') {
    desk.refusal = { code: 'unavailable', until: clock.now() + 2_000 }
    return
  }
  connection.found()
  if (answer.kind === 'refused') return refuse(answer)
  const place = joined(answer.body, wanted, clock.now())
  memory.write(place)
  take(place, Math.min(answer.body.pollAfterMs ?? 500, 1_000))
}

leaveButton(
  () => desk.place?.ticket,
  (ticket, answer) => {
    if (answer.kind === 'lost') return connection.lost(performance.now())
    if (desk.place?.ticket !== ticket) return
    if (answer.kind === 'ok') {
      const place: Place = { ...desk.place, state: 'left', seenAt: clock.now() }
      memory.write(place)
      return take(place, 0)
    }
    // Too late, most likely: the turn has come. The next look tells.
    if (answer.code === 'unauthenticated') refuse(answer)
    follower.lookNow()
    paint()
  },
)

find('#buy').addEventListener('click', (event) => {
  if ((event.currentTarget as HTMLElement).getAttribute('aria-disabled') !== 'true') void join()
})
quantity.limit(printed.perUser ?? 1)
localTimes(printed)
void clock.sync()
take(memory.read(), 0)
