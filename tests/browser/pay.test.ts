import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Shop } from '../lend-stack.ts'
import { lendShopWindow, type ShopWindow } from './lend-shop-window.ts'
import { fits, headline, type Screen, seatPerson, soon, takeShot } from './person.ts'

// A person pays, runs out of time, cancels: in a real browser, on the real servers, at the provider's own pay page.

let lent: ShopWindow
let stack: Stack
let shop: Shop

beforeAll(async () => {
  lent = await lendShopWindow({ gateways: 2, workers: 1 })
  ;({ stack, shop } = lent)
})
afterAll(() => lent?.close(), 60_000)

const sell = (input: Partial<SaleInput> = {}): Promise<number> =>
  shop.sell({ title: 'Field Kettle No. 2', stock: 5, priceCents: 4900, ...input })

interface Person {
  context: BrowserContext
  page: Page
  errors: string[]
}

/** Somebody who has just got an order in this sale. Everything that a page logs as an error fails the test. */
async function buyer(sale: number, user: string, size: Screen = 'desktop'): Promise<Person> {
  const { context, errors } = await seatPerson(lent.browser, size)
  await context.addCookies([{ name: 'flash_token', value: shop.token(user), url: stack.urls.flash }])
  const page = await context.newPage()
  await page.goto(saleUrl(sale))
  await page.locator('#buy[aria-disabled="false"]').click()
  return { context, page, errors }
}

const saleUrl = (sale: number) => `${stack.urls.flash}/sales/${sale}`
const shot = (page: Page, name: string) => takeShot(page, `pay-${name}`)
const states = async (sale: number) => (await shop.orders(sale)).map(({ state }) => state)

interface Booked {
  id: string
  state: string
  chargedCents: number
  refundedCents: number
}

const provider = async (path: string, body?: unknown) =>
  (
    await fetch(stack.urls.payments + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${stack.env.SLUICE_PAYMENT_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  ).json() as Promise<{ payments: Booked[] }>

/** The provider's books of one sale. */
const booked = async (sale: number) =>
  (await provider('/sandbox/books')).payments.filter(({ id }) => id.startsWith(`${sale}-`))

for (const size of ['desktop', 'phone'] as const) {
  test(`on a ${size}: buy, see a card refused, pay at the payment page, see it paid in both tabs`, async () => {
    const sale = await sell()
    const { context, page, errors } = await buyer(sale, `payer-${size}`, size)
    await soon(() => headline(page)).toBe('Reserved for you')
    const other = await context.newPage()
    await other.goto(saleUrl(sale))
    await soon(() => headline(other)).toBe('Reserved for you')
    await shot(page, `${size}-1-order`)

    // Enough time to see how the page waits for the word of the provider.
    await provider('/sandbox/behaviour', { webhookDelayMs: [4_000, 4_000] })
    await page.getByRole('button', { name: 'Pay now, €49.00' }).click()
    await page.waitForURL(`${stack.urls.payments}/pay/**`)
    expect(await page.locator('.amount').textContent()).toBe('€49.00')
    expect(await fits(page)).toBe(true)
    await shot(page, `${size}-2-provider`)
    await page.getByRole('button', { name: 'Pay with a card that is refused' }).click()
    await page.getByText('The card was refused').waitFor()
    await shot(page, `${size}-3-refused`)
    expect(await booked(sale)).toMatchObject([{ state: 'open', chargedCents: 0 }])
    await page.getByRole('link', { name: 'Go back' }).click()
    await soon(() => headline(page)).toBe('Reserved for you')

    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.waitForURL(saleUrl(sale))
    await soon(() => headline(page)).toBe('Your payment is being confirmed')
    expect(await page.locator('#pay').isVisible()).toBe(false)
    await soon(() => headline(other)).toBe('Your payment is being confirmed')
    await shot(page, `${size}-4-confirming`)
    await soon(() => headline(page)).toBe('Thank you. It’s yours.')
    await soon(() => headline(other)).toBe('Thank you. It’s yours.')
    await provider('/sandbox/behaviour', { webhookDelayMs: [0, 0] })
    await shot(page, `${size}-5-paid`)
    expect(await states(sale)).toEqual(['paid'])
    expect(await booked(sale)).toMatchObject([{ state: 'succeeded', chargedCents: 4900, refundedCents: 0 }])

    // The way back to the payment page finds it paid, and charges nothing again.
    const [{ id }] = (await booked(sale)) as [Booked]
    await page.goto(`${stack.urls.payments}/pay/${id}`)
    await page.getByRole('heading', { name: 'Paid' }).waitFor()
    await shot(page, `${size}-6-paid-already`)
    expect(errors).toEqual([])
    await context.close()
  })
}

test('who does not pay in time sees the order expire, in both tabs, and the unit goes to the next in line', async () => {
  const sale = await sell({ stock: 1, standby: 5, payWithinS: 8 })
  const { context, page, errors } = await buyer(sale, 'late')
  await soon(() => headline(page)).toBe('Reserved for you')
  const other = await context.newPage()
  await other.goto(saleUrl(sale))
  const next = await buyer(sale, 'next')
  await soon(() => headline(next.page)).toBe('You are next')

  await soon(() => headline(page)).toBe('The time to pay ran out')
  await soon(() => headline(other)).toBe('The time to pay ran out')
  await shot(page, 'desktop-7-expired')
  await soon(() => headline(next.page)).toBe('Reserved for you')
  expect((await states(sale)).sort()).toEqual(['awaiting_payment', 'expired'])
  expect([...errors, ...next.errors]).toEqual([])
  await context.close()
  await next.context.close()
})

test('a payment page that was left open too long says that it can not be paid any more', async () => {
  const sale = await sell({ payWithinS: 9 })
  const { context, page, errors } = await buyer(sale, 'slow', 'phone')
  await page.getByRole('button', { name: 'Pay now' }).click()
  await page.waitForURL(`${stack.urls.payments}/pay/**`)
  await soon(() => states(sale)).toEqual(['expired'])
  await page.getByRole('button', { name: 'Pay now' }).click()
  await page.getByText('This can not be paid any more').waitFor()
  await shot(page, 'phone-8-void')
  await page.getByRole('link', { name: 'Back to the shop' }).click()
  await soon(() => headline(page)).toBe('The time to pay ran out')
  expect(await booked(sale)).toMatchObject([{ state: 'void', chargedCents: 0 }])
  expect(errors).toEqual([])
  await context.close()
})

test('cancelling asks twice, ends the order in both tabs, also after a payment was opened', async () => {
  const sale = await sell()
  const { context, page, errors } = await buyer(sale, 'canceller', 'phone')
  await soon(() => headline(page)).toBe('Reserved for you')
  const other = await context.newPage()
  await other.goto(saleUrl(sale))
  await page.getByRole('button', { name: 'Pay now' }).click()
  await page.getByRole('link', { name: 'Go back' }).click()

  await page.getByRole('button', { name: 'Cancel the order' }).click()
  await shot(page, 'phone-9-sure')
  await page.getByRole('button', { name: 'Keep the order' }).click()
  expect(await states(sale)).toEqual(['awaiting_payment'])
  await page.getByRole('button', { name: 'Cancel the order' }).click()
  await page.getByRole('button', { name: 'Cancel it' }).click()
  await soon(() => headline(page)).toBe('You cancelled this order')
  await soon(() => headline(other)).toBe('You cancelled this order')
  await shot(page, 'phone-10-cancelled')
  expect(await states(sale)).toEqual(['cancelled'])
  expect(await booked(sale)).toMatchObject([{ state: 'void', chargedCents: 0 }])
  expect(errors).toEqual([])
  await context.close()
})

test('a payment service that is down is said in words; the order is kept and can be paid later', async () => {
  const sale = await sell()
  const { context, page, errors } = await buyer(sale, 'patient')
  await soon(() => headline(page)).toBe('Reserved for you')
  await provider('/sandbox/behaviour', { failRate: 1 })
  await page.getByRole('button', { name: 'Pay now' }).click()
  await page.getByText('The payment service does not answer right now').waitFor()
  await shot(page, 'desktop-11-unavailable')
  expect(await states(sale)).toEqual(['awaiting_payment'])
  await provider('/sandbox/behaviour', { failRate: 0 })
  await page.locator('#pay-button[aria-disabled="false"]').waitFor()
  await page.locator('#pay-button').click()
  await page.waitForURL(`${stack.urls.payments}/pay/**`)
  expect(errors).toEqual([])
  await context.close()
})
