import { announcer } from './announce.ts'
import { type Answer, call, type Refusal } from './call.ts'
import { challengeBox } from './challenge-box.ts'
import { quantityChoice } from './choose-quantity.ts'
import { startClock } from './clock.ts'
import { connectionBanner } from './connection.ts'
import { type Desk, describe } from './desk.ts'
import { followTicket } from './follow-ticket.ts'
import { joinLine } from './join-line.ts'
import { leaveButton } from './leave-line.ts'
import { localTimes } from './local-times.ts'
import { deskPainter, find } from './paint-desk.ts'
import { cameBackPaid, payButtons } from './pay-order.ts'
import { isFinal, isNews, isUnpaid, type JoinAnswer, joined, type Place, seen } from './place.ts'
import { rememberPlace } from './remember-place.ts'
import { readSale, stateAt } from './sale.ts'
import { signInBox } from './sign-in.ts'
import { takeRefusal } from './take-refusal.ts'
import { nextTick } from './tick.ts'
import { watchSale } from './watch-sale.ts'

// The sale page: one desk (what is known), one paint (what is shown), and the events that change the desk.
const printed = readSale(find('main'))
const { id } = printed
const CONFIRMING_MS = 60_000
let desk: Desk = { sale: printed, quantity: 1 }

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
  connection.paint(desk.place !== undefined)
  document.title = desk.place ? `${view.headline} · ${title}` : title
  timer = setTimeout(paint, nextTick(desk, now))
}

function change(what: Partial<Desk>): void {
  desk = { ...desk, ...what }
  paint()
}

const connection = connectionBanner(() => {
  void clock.sync()
  lookAtSale()
  follower.lookNow()
})
const clock = startClock(paint)
const quantity = quantityChoice((chosen) => change({ quantity: chosen }))
const memory = rememberPlace(id, (place) => {
  // The same ticket is shown, not polled at once: tabs that answered each other's writes would never stop.
  if (place === undefined || place.ticket !== desk.place?.ticket) return take(place, 500)
  if (!isNews(desk.place, place)) return
  if (isFinal(place.state)) follower.follow(undefined, 0)
  change({ place })
})
const signIn = signInBox(() => {
  find('#buy').focus()
  const clicked = desk.refusal?.code === 'unauthenticated' && !desk.place
  // What somebody else answered does not count for this buyer.
  desk = { ...desk, refusal: undefined, pass: undefined }
  if (clicked) void join()
  else take(desk.place, 0)
})

/** Takes over a place (undefined: none), and follows it to its end, first looking after `lookInMs`. */
function take(place: Place | undefined, lookInMs: number): void {
  const over = place === undefined || isFinal(place.state)
  follower.follow(over ? undefined : place.ticket, lookInMs)
  if (over) lookAtSale()
  change({ place })
}

/** Takes over a place and tells the other tabs. */
function keep(place: Place | undefined, lookInMs: number): void {
  memory.write(place)
  take(place, lookInMs)
}

function refuse(refusal: Refusal): void {
  if (refusal.code === 'not_open') void clock.sync()
  if (refusal.code === 'unauthenticated') void signIn.needed()
  change(takeRefusal(desk, refusal, clock.now()))
}

const follower = followTicket((ticket, answer, nextMs) => {
  const { place } = desk
  if (place?.ticket !== ticket) return false
  if (answer.kind === 'lost') connection.lost(performance.now() + nextMs)
  else connection.found()
  if (answer.kind === 'ok') {
    const now = seen(place, answer.body, clock.now())
    memory.write(now)
    if (isFinal(now.state)) lookAtSale()
    change({ place: now })
    if (now.order !== undefined && now.amount === undefined) void readAmount(now.order)
    return true
  }
  const refused = answer.kind === 'refused' && (answer.status === 404 || answer.status === 401)
  if (refused && answer.status === 404) keep(undefined, 0)
  if (refused) refuse(answer)
  else paint()
  return !refused
})

/** Asks the order for its price: another device may have joined with another quantity than is chosen here. */
async function readAmount(order: string): Promise<void> {
  const answer = await call<{ amount: number; quantity: number }>('GET', `/api/orders/${order}`)
  if (answer.kind !== 'ok' || desk.place?.order !== order) return
  const { amount, quantity } = answer.body
  const place = { ...desk.place, amount, quantity }
  memory.write(place)
  change({ place })
}

const lookAtSale = watchSale(
  id,
  () => document.visibilityState === 'visible' && (!desk.place || isFinal(desk.place.state)),
  (answer, nextMs) => {
    if (answer.kind === 'lost') connection.lost(performance.now() + nextMs)
    else connection.found()
    if (answer.kind === 'ok') {
      const sale = { ...answer.body, perUser: answer.body.perUser ?? printed.perUser }
      quantity.limit(sale.perUser)
      localTimes(sale)
      change({ sale })
    } else if (answer.kind === 'refused' && answer.code === 'unknown_sale') refuse(answer)
    else paint()
  },
)

const challenge = challengeBox(id, {
  now: () => clock.now(),
  shown: (kind) => change({ challenge: kind }),
  passed: (pass) => {
    change({ challenge: undefined, pass: pass ?? '' })
    if (stateAt(desk.sale, clock.now()) === 'open') void join()
    else find('#buy').focus()
  },
  refused: (refusal) => {
    desk = { ...desk, challenge: undefined }
    refuse(refusal)
  },
})

/** Asks the challenge; its pass goes with the click, which follows at once or at the opening. */
function solve(): void {
  change({ challenge: 'coming', pass: undefined, refusal: undefined, payment: undefined })
  challenge.open()
}

async function join(): Promise<void> {
  signIn.hide()
  const asks = desk.sale.challenge !== undefined && desk.sale.challenge !== 'none'
  if (asks && desk.pass === undefined) return solve()
  // Painted before anything else can happen: the button is shut, and a second click finds it so.
  change({ joining: { attempts: 0 }, refusal: undefined, payment: undefined })
  const { quantity: wanted, pass } = desk
  const answer: Answer<JoinAnswer> = await joinLine(id, { quantity: wanted, pass }, (attempts, nextMs) => {
    connection.lost(performance.now() + nextMs)
    change({ joining: { attempts } })
  })
  desk = { ...desk, joining: undefined }
  if (answer.kind !== 'lost') connection.found()
  const unsolved = answer.kind === 'refused' && /^challenge_/.test(answer.code)
  if (answer.kind === 'ok' || unsolved) desk = { ...desk, pass: undefined }
  // The page may not have known, or the answer was too old: the question again, and the click after it.
  if (unsolved) return solve()
  if (answer.kind === 'ok') keep(joined(answer.body, wanted, clock.now()), answer.body.pollAfterMs ?? 500)
  else if (answer.kind === 'refused') refuse(answer)
  else change({ refusal: { code: 'unavailable', until: clock.now() + 2_000 } })
}

leaveButton(
  () => desk.place?.ticket,
  (ticket, answer) => {
    if (desk.place?.ticket !== ticket) return
    if (answer.kind === 'ok') keep({ ...desk.place, state: 'left', seenAt: clock.now() }, 0)
    else if (answer.kind === 'refused' && answer.code === 'unauthenticated') refuse(answer)
    // Too late, most likely: the turn has come. The next look tells.
    else follower.lookNow()
  },
)

payButtons({
  order: () => (desk.place && isUnpaid(desk.place.state) ? desk.place.order : undefined),
  now: clock.now,
  show: (payment) => change({ payment }),
  cancelled: (order) => {
    if (desk.place?.order === order) keep({ ...desk.place, state: 'cancelled', seenAt: clock.now() }, 0)
  },
  refused: ({ code }) => {
    if (code === 'unauthenticated') void signIn.needed()
    else follower.lookNow()
  },
})

/** The payment page said that it went through. Should no word of it arrive, the buyer may pay after all. */
function awaitConfirmation(place: Place): void {
  setTimeout(() => {
    if (desk.place?.confirming) keep({ ...desk.place, confirming: false }, 0)
  }, CONFIRMING_MS)
  if (!place.confirming) keep({ ...place, confirming: true }, 0)
}

find('#buy').addEventListener('click', (event) => {
  if ((event.currentTarget as HTMLElement).getAttribute('aria-disabled') !== 'true') void join()
})
quantity.limit(printed.perUser)
localTimes(printed)
void clock.sync()
const stored = memory.read()
take(stored, 0)
const paid = cameBackPaid()
if (stored?.order !== undefined) {
  if (isUnpaid(stored.state) && (paid || stored.confirming)) awaitConfirmation(stored)
  // Also what looks like an end is asked once: a late payment may have changed it while nobody looked.
  else follower.follow(stored.ticket, 0)
}
