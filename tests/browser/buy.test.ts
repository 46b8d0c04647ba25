import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import { select } from '../../platform/mysql.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Shop } from '../lend-stack.ts'
import { lendShopWindow, type ShopWindow } from './lend-shop-window.ts'
import { fits, headline, seatPerson, signIn, soon, takeShot } from './person.ts'

// A person buys, in a real browser, on the real servers.

let lent: ShopWindow
let stack: Stack
let shop: Shop

beforeAll(async () => {
  lent = await lendShopWindow({ gateways: 2, workers: 1 })
  ;({ stack, shop } = lent)
})
afterAll(() => lent?.close(), 60_000)

const sell = (input: Partial<SaleInput>): Promise<number> =>
  shop.sell({ title: 'Field Kettle No. 2', stock: 5, priceCents: 4900, ...input })
const saleUrl = (id: number) => `${stack.urls.flash}/sales/${id}`
const fact = (page: Page, name: string) =>
  page
    .locator('#facts > div', { has: page.locator('dt', { hasText: name }) })
    .locator('dd')
    .textContent()

for (const size of ['desktop', 'phone'] as const) {
  test(`on a ${size}: the countdown runs, the button opens by itself, a click becomes an order row`, async () => {
    // Time enough for a busy machine to load the page and sign in before the opening.
    const opensAt = Date.now() + 12_000
    const id = await sell({ opensAt })
    const { context, errors } = await seatPerson(lent.browser, size)
    // This person's clock is wrong by an hour: the page must go by the server's.
    await context.addInitScript(() => {
      const now = Date.now.bind(Date)
      Date.now = () => now() + 3_600_000
    })
    const page = await context.newPage()
    await page.goto(saleUrl(id))
    const buy = page.locator('#buy')
    const shot = (name: string) => takeShot(page, `${size}-${name}`)

    const parts = page.locator('#parts')
    await soon(() => parts.textContent()).toMatch(/^00min(0[1-9]|1[0-2])sec$/)
    const first = await parts.textContent()
    await soon(() => parts.textContent()).not.toBe(first)
    expect(await buy.getAttribute('aria-disabled')).toBe('true')
    await shot('1-upcoming')
    const user = `buyer-${size}`
    await signIn(page, user)

    await page.locator('#buy[aria-disabled="false"]').waitFor({ timeout: 20_000 })
    // Never before; and after it only as late as a busy machine makes it.
    expect(Date.now() - opensAt).toBeGreaterThan(-50)
    expect(Date.now() - opensAt).toBeLessThan(3_000)
    await shot('2-open')
    await buy.click()
    await soon(() => headline(page)).toBe('Reserved for you')
    await shot('3-order')
    const order = await fact(page, 'Order')
    await soon(() => parts.textContent()).toMatch(/^14min5[0-9]sec$/)
    const rows = await select<{ number: number; state: string; amount_cents: number }>(
      shop.mysql,
      'SELECT number, state, amount_cents FROM orders WHERE sale_id = ? AND buyer = ?',
      [id, user],
    )
    expect(rows.map(({ number, state }) => [`${id}-${number}`, state])).toEqual([[order, 'awaiting_payment']])

    await page.reload()
    await soon(() => fact(page, 'Order')).toBe(order)
    const second = await context.newPage()
    await second.goto(saleUrl(id))
    await soon(() => fact(second, 'Order')).toBe(order)
    expect(await headline(second)).toBe('Reserved for you')
    expect(await fits(second)).toBe(true)
    expect(await second.evaluate('JSON.stringify(localStorage)')).not.toContain('eyJ')
    expect(errors).toEqual([])
    await context.close()
  })
}

test('in line: the place is shown, survives a reload, and leaving it is shown in every tab', async () => {
  // One unit, one taken: whoever comes next stands by and waits.
  const id = await sell({ stock: 1, standby: 5 })
  const first = await seatPerson(lent.browser, 'desktop')
  const winner = await first.context.newPage()
  await winner.goto(saleUrl(id))
  await signIn(winner, 'first')
  await winner.locator('#buy[aria-disabled="false"]').click()
  await soon(() => headline(winner)).toBe('Reserved for you')

  const { context, errors } = await seatPerson(lent.browser, 'phone')
  const page = await context.newPage()
  await page.goto(saleUrl(id))
  // Not signed in: the click asks for it, and goes on by itself afterwards.
  await page.locator('#buy[aria-disabled="false"]').click()
  await page.getByLabel('Your name').fill('second')
  await page.getByLabel('Your name').press('Enter')
  await soon(() => headline(page)).toBe('You are next')
  expect(await page.locator('#parts').textContent()).toBe('1')
  const ticket = await fact(page, 'Ticket')
  await takeShot(page, 'phone-4-in-line')

  await page.reload()
  await soon(() => headline(page)).toBe('You are next')
  const other = await context.newPage()
  await other.goto(saleUrl(id))
  await soon(() => fact(other, 'Ticket')).toBe(ticket)

  await page.getByRole('button', { name: 'Leave the line' }).click()
  await page.getByRole('button', { name: 'Leave it' }).click()
  await soon(() => headline(page)).toBe('You left the line')
  await soon(() => headline(other)).toBe('You left the line')
  await soon(() =>
    select(shop.mysql, "SELECT number FROM refusals WHERE sale_id = ? AND state = 'left'", [id]),
  ).toHaveLength(1)
  expect(errors).toEqual([])
  await context.close()
  await first.context.close()
})

test('the list shows the sale as text, and leads to its page', async () => {
  const title = `<img src=x onerror="document.title='run'"> Kettle`
  const id = await sell({ title })
  const { context, errors } = await seatPerson(lent.browser, 'phone')
  const page = await context.newPage()
  await page.goto(stack.urls.flash)
  await page.locator(`a[href="/sales/${id}"]`, { hasText: title }).click()
  await soon(() => page.locator('h1').textContent()).toBe(title)
  expect(await page.title()).toBe(title)
  expect(await page.locator('img').count()).toBe(0)
  await page.goto(`${stack.urls.flash}/sales/999999`)
  await soon(() => page.locator('h1').textContent()).toBe('Nobody waits here.')
  expect(errors).toEqual([])
  await context.close()
})
