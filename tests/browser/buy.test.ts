import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSale } from '../../ops/sales/create-sale.ts'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import { connectMysql, type Pool, select } from '../../platform/mysql.ts'
import { connectRedis, type Redis } from '../../platform/redis.ts'
import { ROOT } from '../../platform/root.ts'
import type { Stack } from '../../stack/stack.ts'
import { startStack } from '../../stack/start-stack.ts'
import { launchChromium } from './chromium.ts'

// A person buys, in a real browser, on the real servers.

const SHOTS = join(ROOT, '.run', 'screenshots')
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }

let dir: string
let stack: Stack
let mysql: Pool
let redis: Redis
let browser: Browser

beforeAll(async () => {
  await mkdir(SHOTS, { recursive: true })
  dir = await mkdtemp(join(tmpdir(), 'sluice-buy-'))
  ;[stack, browser] = await Promise.all([
    startStack({ dir: join(dir, 'run'), gateways: 2, workers: 1 }),
    launchChromium(),
  ])
  mysql = connectMysql(stack.urls.mysql, { connections: 2 })
  redis = connectRedis(stack.urls.redis, 'buy-test')
  await redis.connect()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  redis?.disconnect()
  await mysql?.end()
  await stack?.stop()
  await rm(dir, { recursive: true, force: true })
}, 60_000)

const sell = async (input: Partial<SaleInput>): Promise<number> => {
  const stores = { mysql, redis, www: stack.env.SLUICE_WWW }
  const { id } = await createSale(stores, {
    title: 'Field Kettle No. 2',
    stock: 5,
    priceCents: 4900,
    opensAt: Date.now(),
    ...input,
  })
  return id
}

/** A browser of one person, of this size; everything that the page logs as an error fails the test. */
async function person(size: keyof typeof SIZES): Promise<{ context: BrowserContext; errors: string[] }> {
  const context = await browser.newContext({ viewport: SIZES[size] })
  const errors: string[] = []
  context.on('weberror', (error) => errors.push(error.error().message))
  context.on('console', (message) => {
    // A refused call is logged by Chromium itself; what the page makes of it is what counts.
    if (message.type() === 'error' && !message.text().includes('the server responded with a status'))
      errors.push(message.text())
  })
  return { context, errors }
}

async function signIn(page: Page, user: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await page.getByLabel('Your name').fill(user)
  await page.getByLabel('Your name').press('Enter')
  await page.getByRole('button', { name: user }).waitFor()
}

/** Waits for what a busy machine may take its time for. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 10_000 })
const saleUrl = (id: number) => `${stack.urls.flash}/sales/${id}`
const headline = (page: Page) => page.locator('#headline').textContent()
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
    const { context, errors } = await person(size)
    // This person's clock is wrong by an hour: the page must go by the server's.
    await context.addInitScript(() => {
      const now = Date.now.bind(Date)
      Date.now = () => now() + 3_600_000
    })
    const page = await context.newPage()
    await page.goto(saleUrl(id))
    const buy = page.locator('#buy')
    const shot = (name: string) => page.screenshot({ path: join(SHOTS, `${size}-${name}.png`) })

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
      mysql,
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
    expect(await second.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(await second.evaluate('JSON.stringify(localStorage)')).not.toContain('eyJ')
    expect(errors).toEqual([])
    await context.close()
  }, 60_000)
}

test('in line: the place is shown, survives a reload, and leaving it is shown in every tab', async () => {
  // One unit, one taken: whoever comes next stands by and waits.
  const id = await sell({ stock: 1, standby: 5 })
  const first = await person('desktop')
  const winner = await first.context.newPage()
  await winner.goto(saleUrl(id))
  await signIn(winner, 'first')
  await winner.locator('#buy[aria-disabled="false"]').click()
  await soon(() => headline(winner)).toBe('Reserved for you')

  const { context, errors } = await person('phone')
  const page = await context.newPage()
  await page.goto(saleUrl(id))
  // Not signed in: the click asks for it, and goes on by itself afterwards.
  await page.locator('#buy[aria-disabled="false"]').click()
  await page.getByLabel('Your name').fill('second')
  await page.getByLabel('Your name').press('Enter')
  await soon(() => headline(page)).toBe('You are next')
  expect(await page.locator('#parts').textContent()).toBe('1')
  const ticket = await fact(page, 'Ticket')
  await page.screenshot({ path: join(SHOTS, 'phone-4-in-line.png') })

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
    select(mysql, "SELECT number FROM refusals WHERE sale_id = ? AND state = 'left'", [id]),
  ).toHaveLength(1)
  expect(errors).toEqual([])
  await context.close()
  await first.context.close()
}, 60_000)

test('the list shows the sale as text, and leads to its page', async () => {
  const title = `<img src=x onerror="document.title='run'"> Kettle`
  const id = await sell({ title })
  const { context, errors } = await person('phone')
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
}, 60_000)
