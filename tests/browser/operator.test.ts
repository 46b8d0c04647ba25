import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ROOT } from '../../platform/root.ts'
import { ROLES, type Stack } from '../../stack/stack.ts'
import { tally } from '../crowd.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'
import { launchChromium } from './chromium.ts'
import { type SimulatedBuyers, sendBuyers } from './simulated-buyers.ts'

// An operator who never saw the code runs a sale alone, from the shop's shelves to the evidence, in a real browser, while
// 20,000 simulated buyers come. One story: each test goes on where the one before it ended.
vi.setConfig({ testTimeout: 120_000 })

const SHOTS = join(ROOT, '.run', 'screenshots')
const BUYERS = 20_000
const [ON_HAND, STOCK] = [500, 400]
/** Orders that nobody pays: their units go to those who stand by. */
const IDLE = 5
/** 15 s to pay. */
const PAY_WITHIN_MIN = '0.25'

let stack: Stack
let shop: Shop
let browser: Browser
let page: Page
let buyers: SimulatedBuyers
let sale = 0
const errors: string[] = []

beforeAll(async () => {
  await mkdir(SHOTS, { recursive: true })
  ;[stack, browser] = await Promise.all([lendStack({ doors: 2, roles: ROLES }), launchChromium()])
  shop = await openShop(stack)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true })
  page = await context.newPage()
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) errors.push(message.text())
  })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await shop?.close()
  await stack?.stop()
}, 60_000)

const soon = <T>(read: () => T, withinMs = 30_000) => expect.poll(read, { timeout: withinMs, interval: 100 })
const button = (name: string | RegExp) => page.getByRole('button', { name })
const region = (name: string): Locator => page.getByRole('region', { name, exact: true })
const shot = (name: string) => page.screenshot({ path: join(SHOTS, `operator-${name}.png`), fullPage: true })
const open = async (path: string): Promise<void> => {
  await page.evaluate((hash) => {
    location.hash = hash
  }, `#/${path}`)
}
/** The value of one of the large numbers of the live page. */
const tile = async (label: string): Promise<number> => {
  const text = await page.locator('.tile', { hasText: label }).locator('.tile-value').textContent()
  return Number(text?.replaceAll(',', ''))
}
/** What `sale show` says, of the stores themselves and not of the page. */
const shown = async (): Promise<Record<string, unknown>> =>
  (await shop.sluice('sale', 'show', String(sale))).json as Record<string, unknown>

test('signs in', async () => {
  await shop.sluice(
    'inventory',
    'add',
    'LANTERN-3',
    '--title',
    'Storm Lantern No. 3',
    '--units',
    String(ON_HAND),
  )
  await page.goto(`http://127.0.0.1:${stack.ports.ops}/`)
  await shot('sign-in')
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password').fill(stack.secrets.admin)
  await button('Sign in').click()
  await page.getByRole('link', { name: 'New sale' }).waitFor()
})

test('registers a sale: a slip is told at its field, and the stock leaves the shop’s shelves', async () => {
  await page.getByRole('link', { name: 'New sale' }).click()
  const form = page.locator('form')
  await form.getByLabel('Article').selectOption('LANTERN-3')
  await form.getByLabel('Stock').fill(String(ON_HAND + 1))
  await form.getByLabel('Price').fill('49.999')
  await form.getByLabel('Time zone').selectOption('UTC')
  const opens = new Date(Date.now() + 90_000)
  await form.getByLabel('Opens').fill(opens.toISOString().slice(0, 19))
  await form.getByLabel('Closes').fill(new Date(opens.getTime() + 3_600_000).toISOString().slice(0, 19))
  await form.getByLabel('Tickets in a batch').fill('2')
  await form.getByLabel('Time to pay').fill(PAY_WITHIN_MIN)
  await form.getByLabel('Standby').fill('10%')
  await button('Register as a draft').click()
  await soon(() => form.getByText('at most 2 digits').count()).toBe(1)
  await form.getByLabel('Price').fill('49.90')
  await button('Register as a draft').click()
  await soon(() => page.locator('.field.wrong').count()).toBe(1)
  await shot('refused')
  await form.getByLabel('Stock').fill(String(STOCK))
  await shot('register')
  await button('Register as a draft').click()
  await soon(() => page.url()).toMatch(/#\/sales\/[1-9]\d*$/)
  sale = Number(page.url().split('/').at(-1))
  expect(await shown()).toMatchObject({
    phase: 'draft',
    stock: STOCK,
    sku: 'LANTERN-3',
    title: 'Storm Lantern No. 3',
  })
  expect((await shop.sluice('inventory', 'list')).json).toMatchObject([{ onHand: ON_HAND - STOCK }])
})

test('blocks a buyer, who is refused at the door from then on', async () => {
  await open('blocks')
  const form = region('Block a buyer')
  await form.getByLabel('Buyer').fill(`buyer-${sale}-1`)
  await form.getByLabel('Reason').fill('forty accounts from one address')
  await form.getByRole('button', { name: /Block/ }).click()
  await soon(() => page.getByRole('row', { name: new RegExp(`buyer-${sale}-1`) }).count()).toBe(1)
  await shot('blocked')
})

test('watches 20,000 buyers come, and the line moves at its rate', async () => {
  await open(`sales/${sale}/live`)
  await soon(() => page.locator('.sale-title').textContent(), 120_000).toContain('open')
  buyers = sendBuyers(stack, { sale, buyers: BUYERS, perSecond: 2_000, idle: IDLE })
  await soon(() => tile('Line')).toBeGreaterThan(200)
  await soon(() => page.locator('.tile', { hasText: 'Released' }).textContent()).toMatch(/2[0-9]?/)
  await shot('live')
})

test('makes the line faster while it runs', async () => {
  const before = (await tile('Held')) + (await tile('Paid'))
  await region('Release').getByLabel('Tickets').fill('5')
  await region('Release').getByRole('button', { name: 'Set release' }).click()
  await soon(() => region('Release').textContent()).toContain('Set to 5/100.')
  await soon(() => tile('Released')).toBeGreaterThan(40)
  await soon(async () => (await tile('Held')) + (await tile('Paid'))).toBeGreaterThan(before + 30)
  await shot('faster')
})

test('pauses, and nobody is released; resumes, and the line goes on', async () => {
  await region('Sale').getByRole('button', { name: 'Pause' }).click()
  await soon(() => page.locator('.sale-title').textContent()).toContain('paused')
  await soon(() => tile('Released')).toBe(0)
  const sold = (await shown()).sold
  await shot('paused')
  expect((await shown()).sold).toBe(sold)
  await region('Sale').getByRole('button', { name: 'Resume' }).click()
  await soon(() => tile('Released')).toBeGreaterThan(0)
  await soon(() => tile('Paid'), 60_000).toBe(STOCK)
  await shot('sold-out')
})

test('every click was answered, and the blocked buyer got nothing', async () => {
  const told = await buyers.clicked
  const answers = tally(told)
  expect(answers['202']).toBe(STOCK * 1.1)
  expect(answers['403 blocked']).toBe(1)
  expect(told).toHaveLength(BUYERS)
  expect(told.find(({ buyer }) => buyer === `buyer-${sale}-1`)).toMatchObject({
    status: 403,
    code: 'blocked',
  })
  const ends = await buyers.leave()
  expect(ends.paid).toBe(STOCK)
})

test('closes the sale', async () => {
  await region('Sale').getByRole('button', { name: 'Close …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/Type the sale’s number/).fill(String(sale))
  await shot('close')
  await dialog.getByRole('button', { name: 'Close the sale' }).click()
  await soon(() => page.locator('.sale-title').textContent()).toContain('closed')
  expect(errors).toEqual([])
})

test('looks', async () => {
  for (const [name, path] of [
    ['live', `sales/${sale}/live`],
    ['sales', 'sales'],
    ['switches', 'switches'],
    ['blocks', 'blocks'],
    ['actions', 'actions'],
    ['settings', 'settings'],
    ['audit', `sales/${sale}/audit`],
    ['settlement', `sales/${sale}/settlement`],
    ['path', `sales/${sale}`],
  ] as const) {
    await open(path)
    await new Promise((r) => setTimeout(r, 1500))
    await shot(`look-${name}`)
  }
})
