import { askTwice } from './ask-twice.ts'
import { type Answer, call, type Refusal } from './call.ts'
import type { Payment } from './desk.ts'
import { find } from './paint-desk.ts'

/** The shop asks the payment provider, and asks it again, before it answers. */
const TIMEOUT_MS = 15_000
const LOST_PAUSE_MS = 2_000

/** What the buttons need of the page. Times are ms on the server's clock. */
export interface PayPage {
  /** The order that awaits its payment. */
  order(): string | undefined
  now(): number
  show(payment: Payment | undefined): void
  cancelled(order: string): void
  refused(refusal: Refusal): void
}

/** "Pay now" leads to the payment page; "Cancel the order" is asked twice, because a unit can not be had back. */
export function payButtons(page: PayPage): void {
  const button = find<HTMLButtonElement>('#pay-button')
  let busy = false

  /** Asks the shop about the order, one question at a time, and shows what it refuses. */
  async function ask<T>(
    method: string,
    path: string,
    doing: 'opening' | 'cancelling',
  ): Promise<T | undefined> {
    busy = true
    page.show({ doing })
    const answer: Answer<T> = await call<T>(method, path, undefined, TIMEOUT_MS)
    busy = false
    if (answer.kind === 'ok') return answer.body ?? ({} as T)
    if (answer.kind === 'lost') page.show({ refused: 'unavailable', until: page.now() + LOST_PAUSE_MS })
    else {
      page.show({ refused: answer.code, until: page.now() + (answer.retryAfterMs ?? 0) })
      page.refused(answer)
    }
    return undefined
  }

  button.addEventListener('click', async () => {
    const order = page.order()
    if (order === undefined || busy || button.getAttribute('aria-disabled') === 'true') return
    const opened = await ask<{ payUrl: string }>('POST', `/api/orders/${order}/payment`, 'opening')
    if (!opened) return
    page.show({ doing: 'leaving' })
    location.assign(opened.payUrl)
  })

  askTwice('cancel', async () => {
    const order = page.order()
    if (order === undefined || busy) return
    if ((await ask('DELETE', `/api/orders/${order}`, 'cancelling')) === undefined) return
    page.show(undefined)
    page.cancelled(order)
  })

  // The browser's way back shows the page as it was left: on its way to the payment page.
  addEventListener('pageshow', (event) => {
    if (event.persisted) page.show(undefined)
  })
}

/** How the buyer comes back from the payment page, once: the address is made clean. */
export function cameBackPaid(): boolean {
  const result = new URLSearchParams(location.search).get('payment')
  if (result !== null) history.replaceState(null, '', location.pathname)
  return result === 'succeeded'
}
