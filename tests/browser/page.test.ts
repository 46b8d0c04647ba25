import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Sale } from '../../contract/words.ts'
import { launchChromium } from './chromium.ts'
import { type Asked, type Scripted, type ScriptedShop, scriptedShop } from './scripted-shop.ts'

// What the page does when the shop says what a healthy one seldom says: busy, cut, gone, not you.

const JOIN = '/api/sales/12/orders'
const TICKET = '/api/tickets/12.7'
const JOINED = { ticket: '12.7', number: 7, position: 3, etaMs: 9_000, pollAfterMs: 400 }
const WAITING = { state: 'waiting', position: 3, etaMs: 9_000, pollAfterMs: 400 }

let browser: Browser
let shop: ScriptedShop | undefined
let pages: Page[] = []
let errors: string[] = []

beforeAll(async () => {
  browser = await launchChromium()
})
afterEach(async () => {
  for (const page of pages) await page.context().close()
  await shop?.close()
  pages = []
  errors = []
})
afterAll(() => browser.close())

/** Opens the page of an open sale, with these answers; `at` is when the sale opens, in ms from now. */
async function open(
  answer: (asked: Asked) => Scripted | undefined,
  at = -60_000,
  perUser = 1,
): Promise<Page> {
  const opensAt = Date.now() + at
  const sale = {
    id: 12,
    title: '</h1><script>document.title="run"</script> Kettle',
    priceCents: 4900,
    currency: 'EUR',
    perUser,
    opensAt,
    closesAt: opensAt + 3_600_000,
  } as Sale
  const { title, currency, closesAt } = sale
  const card = {
    id: 12,
    title,
    price: 4900,
    currency,
    state: at > 0 ? 'upcoming' : 'open',
    opensAt,
    closesAt,
    perUser,
  }
  shop = await scriptedShop(sale, (asked) => {
    const scripted = answer(asked)
    if (scripted || asked.path !== '/api/sales/12') return scripted
    return { status: 200, body: { ...card, now: Date.now() } }
  })
  const page = await (await browser.newContext()).newPage()
  return visit(page)
}

async function visit(page: Page): Promise<Page> {
  pages.push(page)
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) errors.push(message.text())
  })
  await page.goto(`${shop?.url}/sales/12`)
  return page
}

const by = (method: string, path: string, scripted: Scripted) => (asked: Asked) =>
  asked.method === method && asked.path === path ? scripted : undefined
/** A shop in which every click is a place in line. */
const joins = ({ path }: Asked): Scripted | undefined => {
  if (path === JOIN) return { status: 202, body: JOINED }
  return path === TICKET ? { status: 200, body: WAITING } : undefined
}
const headline = (page: Page) => page.locator('#headline').textContent()
/** Waits for what a busy machine may take its time for. */
const soon = <T>(read: () => T) => expect.poll(read)
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms))
const polls = () => shop?.count('GET', TICKET) ?? 0

test('a title with markup is read, and the content policy is kept', async () => {
  const page = await open(() => undefined)
  await page.locator('#buy[aria-disabled="false"]').waitFor()
  expect(await page.locator('h1').textContent()).toContain('<script>document.title="run"</script>')
  expect(await page.title()).toContain('</h1><script>')
  expect(errors).toEqual([])
})

test('many quick clicks are one call; the button is shut at once', async () => {
  let release = (_: unknown) => {}
  const held = new Promise((done) => {
    release = done
  })
  const page = await open(joins)
  await page.route(`**${JOIN}`, async (route) => {
    await held
    await route.continue()
  })
  await page.locator('#buy').waitFor()
  await page.evaluate('for (let i = 0; i < 20; i++) document.querySelector("#buy").click()')
  expect(await page.locator('#buy').getAttribute('aria-disabled')).toBe('true')
  release(undefined)
  await soon(() => headline(page)).toBe('You are in line')
  expect(shop?.count('POST', JOIN)).toBe(1)
})

test('a click that the network swallows is sent again, and ends at a place', async () => {
  let dead = true
  const page = await open((asked) => (dead && asked.path === JOIN ? 'cut' : joins(asked)))
  await page.locator('#buy[aria-disabled="false"]').click()
  await soon(() => headline(page)).toBe('Still trying to reach the shop')
  dead = false
  await soon(() => headline(page)).toBe('You are in line')
})

test('polls keep to the named delay; a refusal to its Retry-After', async () => {
  const page = await open(({ path }) => {
    if (path === JOIN) return { status: 202, body: JOINED }
    if (path !== TICKET) return undefined
    return polls() <= 3
      ? { status: 200, body: WAITING }
      : { status: 503, body: { code: 'busy' }, retryAfterS: 3 }
  })
  await page.locator('#buy[aria-disabled="false"]').click()
  await soon(polls).toBe(5)
  const at = shop?.asked.filter(({ path }) => path === TICKET).map((asked) => asked.at) ?? []
  const gaps = at.map((time, i) => time - (at[i - 1] ?? 0)).slice(1, 4)
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(390)
  // Not the default of two seconds; a busy machine may delay some of them.
  expect(Math.min(...gaps)).toBeLessThan(1_500)
  expect((at[4] ?? 0) - (at[3] ?? 0)).toBeGreaterThanOrEqual(2_990)
})

test('a full line is not stormed: the wait is counted down, and only the buyer tries again', async () => {
  const page = await open(by('POST', JOIN, { status: 503, body: { code: 'line_full' }, retryAfterS: 2 }))
  const buy = page.locator('#buy')
  await page.locator('#buy[aria-disabled="false"]').click()
  await soon(() => headline(page)).toBe('The line is full right now')
  await soon(() => buy.textContent()).toMatch(/^Try again in [12] s$/)
  await buy.evaluate('document.querySelector("#buy").click()')
  await soon(() => buy.textContent()).toBe('Try again')
  expect(shop?.count('POST', JOIN)).toBe(1)
  await buy.click()
  await soon(() => shop?.count('POST', JOIN)).toBe(2)
})

test('two tabs show the same, and do not drive each other to poll', async () => {
  const page = await open(({ path }) => {
    if (path === JOIN) return { status: 202, body: JOINED }
    return path === TICKET ? { status: 200, body: { ...WAITING, pollAfterMs: 1_000 } } : undefined
  })
  const other = await visit(await page.context().newPage())
  await page.locator('#buy[aria-disabled="false"]').click()
  await soon(() => headline(page)).toBe('You are in line')
  await soon(() => headline(other)).toBe('You are in line')
  const before = polls()
  await wait(3_000)
  expect(polls() - before).toBeLessThanOrEqual(8)
  expect(shop?.count('POST', JOIN)).toBe(1)
})

test('a lost connection is admitted, the place stays in view, and the page comes back by itself', async () => {
  let dead = false
  const page = await open(({ path }) => {
    if (dead) return 'cut'
    if (path === JOIN) return { status: 202, body: JOINED }
    return path === TICKET ? { status: 200, body: WAITING } : undefined
  })
  await page.locator('#buy[aria-disabled="false"]').click()
  await soon(() => headline(page)).toBe('You are in line')
  dead = true
  const banner = page.locator('#connection')
  await soon(() => banner.isVisible()).toBe(true)
  expect(await banner.textContent()).toContain('Your place is kept.')
  expect(await page.locator('#parts').textContent()).toBe('3')
  dead = false
  await soon(() => banner.isVisible()).toBe(false)
})

test('a ticket that the shop does not know is forgotten, and the button is back', async () => {
  const page = await open(({ path }) => {
    if (path === JOIN) return { status: 202, body: JOINED }
    return path === TICKET ? { status: 404, body: { code: 'unknown_ticket' } } : undefined
  })
  await page.locator('#buy[aria-disabled="false"]').click()
  await soon(() => headline(page)).toBe('This place in line is not yours any more')
  expect(await page.locator('#buy').getAttribute('aria-disabled')).toBe('false')
  expect(await page.evaluate('localStorage.length')).toBe(0)
  await wait(1_000)
  expect(polls()).toBe(1)
})

test('without a sign-in of its own, the page sends the buyer to the shop', async () => {
  const page = await open(({ path }) => {
    if (path === JOIN) return { status: 401, body: { code: 'unauthenticated' } }
    return path === '/dev/sign-in' ? { status: 404, body: { code: 'not_found' } } : undefined
  })
  await page.locator('#buy[aria-disabled="false"]').click()
  await soon(() => page.locator('#sign-in').textContent()).toContain('Sign in at the shop first')
  expect(await page.locator('#sign-in-form').isVisible()).toBe(false)
})

test('by keyboard: waiting on the button, it opens under the focus, and Enter buys as many as chosen', async () => {
  const page = await open(
    ({ path }) => {
      if (path === JOIN) return { status: 202, body: JOINED }
      return path === TICKET ? { status: 200, body: WAITING } : undefined
    },
    3_000,
    3,
  )
  await page.getByRole('button', { name: 'One more' }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.id')).toBe('buy')
  await page.keyboard.press('Enter')
  expect(shop?.count('POST', JOIN)).toBe(0)
  await page.locator('#buy[aria-disabled="false"]').waitFor()
  expect(await page.locator('#buy').textContent()).toBe('Buy 3 for €147.00')
  expect(await page.evaluate('document.activeElement.id')).toBe('buy')
  await page.keyboard.press('Enter')
  await soon(() => headline(page)).toBe('You are in line')
  expect(shop?.asked.find(({ path }) => path === JOIN)?.body).toBe('{"quantity":3}')
  await soon(() => page.getByRole('status').textContent()).toContain('You are in line')
})
