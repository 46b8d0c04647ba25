import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../../platform/root.ts'
import { ROLES, type Stack } from '../../stack/stack.ts'
import { tally } from '../crowd.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'
import { launchChromium } from './chromium.ts'
import { sendBuyers } from './simulated-buyers.ts'
import { changesOfferedTo } from './viewer.ts'

// An operator who never saw the code runs a sale alone, from the shop's shelves to the evidence, in a real browser,
// while 20,000 simulated buyers come.

const SHOTS = join(ROOT, '.run', 'screenshots')
const BUYERS = 20_000
const [ON_HAND, STOCK, STANDBY] = [500, 400, 40]
/** Orders that nobody pays: their units go to those who stand by. */
const IDLE = 5
/** Enough for whoever pays, also on a busy machine. */
const PAY_WITHIN_S = 30
const OPENS_IN_MS = 75_000

let stack: Stack
let shop: Shop
let browser: Browser
let page: Page
const errors: string[] = []

beforeAll(async () => {
  await mkdir(SHOTS, { recursive: true })
  ;[stack, browser] = await Promise.all([lendStack({ doors: 2, roles: ROLES }), launchChromium()])
  shop = await openShop(stack)
  const context = await browser.newContext({ viewport: WIDE, acceptDownloads: true, timezoneId: 'UTC' })
  page = await context.newPage()
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) errors.push(message.text())
  })
})

afterAll(async () => {
  await browser?.close()
  await shop?.close()
  await stack?.stop()
})

const soon = <T>(read: () => T, withinMs = 30_000) => expect.poll(read, { timeout: withinMs, interval: 100 })
const button = (name: string | RegExp) => page.getByRole('button', { name })
const region = (name: string): Locator => page.getByRole('region', { name, exact: true })
const WIDE = { width: 1440, height: 900 }
/** The whole page, as on a screen that is high enough: what sticks to the top stays there. */
async function shot(name: string): Promise<void> {
  const height = Number(await page.evaluate('document.documentElement.scrollHeight'))
  await page.setViewportSize({ ...WIDE, height: Math.max(WIDE.height, height) })
  await page.screenshot({ path: join(SHOTS, `operator-${name}.png`) })
  await page.setViewportSize(WIDE)
}
const head = () => page.locator('.sale-title').textContent()
/** One of the large numbers of the live page. */
const tile = async (label: string): Promise<number> => {
  const named = new RegExp(`^${label}`)
  const text = await page.locator('.tile', { hasText: named }).locator('.tile-value').textContent()
  return Number(text?.replaceAll(',', ''))
}
const sluice = async <T = Record<string, unknown>>(...args: string[]): Promise<T> =>
  (await shop.sluice(...args)).json as T

async function signIn(): Promise<void> {
  await page.goto(`http://127.0.0.1:${stack.ports.ops}/`)
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password').fill(stack.secrets.admin)
  await shot('sign-in')
  await button('Sign in').click()
  // Where the operator's clock shows UTC, the time is said once.
  await soon(() => page.locator('.now').textContent()).toMatch(/^Now: \d\d:\d\d:\d\d UTC$/)
  await page.getByRole('link', { name: 'New sale' }).click()
}

/** A slip is told at its field; then the stock leaves the shop's shelves. */
async function register(): Promise<number> {
  const form = page.locator('form')
  await form.getByLabel('Article').selectOption('LANTERN-3')
  await form.getByLabel('Stock').fill(String(ON_HAND + 1))
  await form.getByLabel('Price').fill('49.999')
  await form.getByLabel('Time zone').selectOption('UTC')
  const opens = new Date(Date.now() + OPENS_IN_MS)
  await form.getByLabel('Opens').fill(opens.toISOString().slice(0, 19))
  await form.getByLabel('Closes').fill(new Date(opens.getTime() + 3_600_000).toISOString().slice(0, 19))
  await form.getByLabel('Tickets in a batch').fill('1')
  await form.getByLabel('Time to pay').fill(String(PAY_WITHIN_S))
  await form.getByLabel('Seconds or minutes').selectOption('s')
  await form.getByLabel('Standby').fill(String(STANDBY))
  await button('Register as a draft').click()
  await form.getByText('at most 2 digits').waitFor()
  await form.getByLabel('Price').fill('49.90')
  await button('Register as a draft').click()
  await form.locator('.field.wrong', { hasText: 'Stock' }).waitFor()
  await shot('refused')
  expect(await sluice('inventory', 'list')).toMatchObject([{ onHand: ON_HAND }])
  await form.getByLabel('Stock').fill(String(STOCK))
  await soon(() => form.locator('.field.wrong').count()).toBe(0)
  await shot('register')
  await button('Register as a draft').click()
  await soon(() => page.url()).toMatch(/#\/sales\/[1-9]\d*$/)
  const sale = Number(page.url().split('/').at(-1))
  expect(await sluice('sale', 'show', String(sale))).toMatchObject({
    ...{ phase: 'draft', stock: STOCK, sku: 'LANTERN-3', title: 'Storm Lantern No. 3' },
  })
  expect(await sluice('inventory', 'list')).toMatchObject([{ onHand: ON_HAND - STOCK }])
  return sale
}

async function publishAndRehearse(): Promise<void> {
  await button('Publish').click()
  await page.getByText('What 2 doors answered').click()
  await shot('published')
  await page.getByLabel('Simulated buyers').fill('300')
  await button('Rehearse').click()
  await page.locator('.rehearsal .verdict').waitFor({ timeout: 120_000 })
  await shot('rehearsed')
  expect(await page.locator('.rehearsal').textContent()).toMatch(/Highest safe release rate: [1-9]/)
}

async function block(buyer: string): Promise<void> {
  await page.getByRole('link', { name: 'Blocks' }).click()
  const form = region('Block a buyer')
  await form.getByLabel('Buyer').fill(buyer)
  await form.getByLabel('Reason').fill('forty accounts from one address')
  await form.getByRole('button', { name: /Block/ }).click()
  await page.getByRole('row', { name: new RegExp(buyer) }).waitFor()
  await shot('blocked')
}

/** Each change shows at once in what the line does. */
async function steer(): Promise<void> {
  await soon(() => tile('Line')).toBeGreaterThan(200)
  // 10 a second; a release that comes late makes up for it in the next one. At this rate the stock lasts for 40 s.
  await soon(async () => Math.abs((await tile('Released')) - 10) < 5).toBe(true)
  await shot('live')
  await region('Release').getByLabel('Tickets').fill('5')
  await region('Release').getByRole('button', { name: 'Set release' }).click()
  await soon(() => region('Release').textContent()).toContain('Set to 5/100.')
  await soon(() => tile('Released')).toBeGreaterThan(25)
  await shot('faster')
  await region('Sale').getByRole('button', { name: 'Pause' }).click()
  await soon(head).toContain('paused')
  await soon(() => tile('Released')).toBe(0)
  const waiting = await tile('Line')
  await shot('paused')
  expect([waiting > 0, await tile('Line')]).toEqual([true, waiting])
  await region('Sale').getByRole('button', { name: 'Resume' }).click()
  await soon(() => tile('Paid'), 60_000).toBe(STOCK)
  await soon(head).toContain('sold out')
  await shot('sold-out')
}

async function close(sale: number): Promise<void> {
  const opener = region('Sale').getByRole('button', { name: 'Close …' })
  const dialog = page.getByRole('dialog')
  await opener.click()
  await dialog.waitFor()
  // Escape leaves the dialog, and the focus is where it was.
  await page.keyboard.press('Escape')
  await soon(() => dialog.count()).toBe(0)
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Close …')
  await opener.click()
  await dialog.getByLabel(/Type the sale’s number/).fill(String(sale))
  await shot('close')
  await dialog.getByRole('button', { name: 'Close the sale' }).click()
  await soon(head).toContain('closed')
}

/** The units that nobody paid go back to the shop, the orders that were paid reach it; gives the evidence's text. */
async function settle(sale: number): Promise<string> {
  await page.getByRole('link', { name: 'Settlement', exact: true }).click()
  await soon(() => button(/^Settle/).getAttribute('aria-disabled')).not.toBe('true')
  await shot('settle')
  await button(/^Settle/).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/the number of the sale/).fill(String(sale))
  await dialog.getByRole('button', { name: 'Settle', exact: true }).click()
  await page.getByText(`The shop was told of all ${STOCK} orders`).waitFor()
  await shot('settled')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Evidence, HTML' }).click(),
  ])
  const file = join(SHOTS, 'evidence.html')
  await download.saveAs(file)
  const evidence = await page.context().newPage()
  await evidence.goto(`file://${file}`)
  await evidence.screenshot({ path: join(SHOTS, 'operator-evidence.png'), fullPage: true })
  await evidence.close()
  return readFile(file, 'utf8')
}

test('an operator runs a sale alone, from the shop’s shelves to the evidence', async () => {
  await sluice('inventory', 'add', 'LANTERN-3', '--title', 'Storm Lantern No. 3', '--units', String(ON_HAND))
  await signIn()
  const sale = await register()
  await publishAndRehearse()
  const blocked = `buyer-${sale}-1`
  await block(blocked)

  await page.evaluate(`location.hash = '#/sales/${sale}/live'`)
  await soon(head, OPENS_IN_MS).toContain('open')
  const buyers = sendBuyers(stack, { sale, buyers: BUYERS, perSecond: 2_000, idle: IDLE })
  await steer()
  const viewer = await sluice<{ password: string }>('operator', 'add', 'vera', '--role', 'viewer')
  expect(await changesOfferedTo(browser, stack, { name: 'vera', ...viewer, sale })).toEqual([])
  const told = await buyers.clicked
  expect(told).toHaveLength(BUYERS)
  expect(told.find(({ buyer }) => buyer === blocked)).toMatchObject({ status: 403, code: 'blocked' })
  // Who comes late may take the place of one whose order ran out.
  const { '202': tickets, '403 blocked': refused } = tally(told)
  expect(tickets).toBeGreaterThanOrEqual(STOCK + STANDBY)
  expect(tickets).toBeLessThanOrEqual(STOCK + STANDBY + IDLE)
  expect(refused).toBe(1)
  await close(sale)
  const ends = await buyers.leave()
  expect(ends.paid).toBe(STOCK)

  const evidence = await settle(sale)
  expect(evidence).toContain('Storm Lantern No. 3')
  // Of this sale alone, not of its rehearsal: each click once, over both doors.
  const clicks = /<text class="t"[^>]*>([\d,]+) </.exec(evidence)?.[1]
  expect(clicks).toBe(BUYERS.toLocaleString('en'))
  expect(evidence).toContain(`<td>a new ticket<td class="n">${tickets}<`)
  expect(evidence).toContain('<td>blocked<td>blocked<td class="n">1')
  const { code, audit } = await shop.audit(sale)
  expect(code, JSON.stringify(audit.problems)).toBe(0)
  expect(await sluice('inventory', 'list')).toMatchObject([{ onHand: ON_HAND - STOCK }])
  const ofTheSale = page.getByRole('navigation', { name: 'Screens of this sale' })
  await ofTheSale.getByRole('link', { name: 'Actions' }).click()
  for (const action of ['sale.pause', 'sale.close', 'sale.settle'])
    await page.getByText(action).first().waitFor()
  await shot('actions')
  expect(errors).toEqual([])
}, 400_000)
