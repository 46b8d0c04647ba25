import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../browser/chromium.ts'
import { clickAll } from '../crowd.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

// An operator at the console's own pages, in a real browser, while real buyers click.
const at = borrowStack()
let shop: Shop
let browser: Browser
let page: Page
const errors: string[] = []
beforeAll(async () => {
  shop = await openShop(at)
  browser = await launchChromium()
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) errors.push(message.text())
  })
})
afterAll(async () => {
  await browser?.close()
  await shop?.close()
})

const soon = <T>(read: () => T) => expect.poll(read)
/** The value of one of the large numbers. */
const tile = async (label: string): Promise<number> => {
  const text = await page.locator('.tile', { hasText: label }).locator('.tile-value').textContent()
  return Number(text?.replaceAll(',', ''))
}
const turn = (name: string) => page.getByRole('region', { name, exact: true })

async function consolePid(): Promise<number> {
  const record = JSON.parse(await readFile(join(at.dir, 'stack.json'), 'utf8'))
  const found = record.processes.find(({ role }: { role: string }) => role === 'console')
  return found.pid
}

test('an operator signs in, watches a sale, turns it while it runs, and outlives a console that dies', async () => {
  const sale = await shop.sell({
    title: '<b>a kettle</b> =1+1',
    stock: 60,
    release: { batch: 1, everyMs: 500 },
  })
  await page.goto(`http://127.0.0.1:${at.ports.ops}/#/sales/${sale}/live`)
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password').fill('not this one')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page
    .getByRole('alert')
    .filter({ hasText: /password/i })
    .waitFor()
  await page.getByLabel('Password').fill(at.secrets.admin)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await soon(() => page.locator('h1').textContent()).toBe('<b>a kettle</b> =1+1')

  await page.getByRole('link', { name: 'Sales', exact: true }).first().click()
  const row = page.getByRole('row', { name: /<b>a kettle<\/b> =1\+1/ })
  await soon(() => row.first().textContent()).toContain('open')
  await row
    .first()
    .getByRole('link', { name: `Live, sale ${sale}` })
    .click()
  await soon(() => page.url()).toContain(`#/sales/${sale}/live`)

  // A crowd comes: the line grows, moves at its rate, and is faster a moment after somebody said so.
  await clickAll(at, { sale, buyers: 40, prefix: `seen-${sale}-` })
  await soon(() => tile('Line')).toBeGreaterThan(5)
  // The crowd was one moment, which may have passed: its peak stays.
  await soon(() => page.locator('.tile', { hasText: 'Clicks a second' }).textContent()).toMatch(/peak [1-9]/)
  await turn('Release').getByLabel('Tickets').fill('20')
  await turn('Release').getByRole('button', { name: 'Set release' }).click()
  await soon(() => turn('Release').textContent()).toContain('Set to 20/500.')
  await soon(() => tile('Held')).toBe(40)
  await soon(() => tile('Left')).toBe(20)

  await turn('Sale').getByRole('button', { name: 'Pause' }).click()
  await soon(() => page.locator('.sale-title').textContent()).toContain('paused')
  await turn('Sale').getByRole('button', { name: 'Resume' }).click()
  await soon(() => page.locator('.sale-title').textContent()).toContain('open')

  // Closing wants the sale's number; another one does nothing.
  await turn('Sale').getByRole('button', { name: 'Close …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/Type the sale’s number/).fill(`${sale}0`)
  await page.keyboard.press('Enter')
  expect(await dialog.isVisible()).toBe(true)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  expect((await shop.sluice('sale', 'show', String(sale))).json).toMatchObject({ phase: 'published' })

  // The console dies, and is started again by whoever keeps it: the page says so, and comes back by itself.
  const banner = page.locator('.lost')
  expect(await banner.isVisible()).toBe(false)
  process.kill(await consolePid(), 'SIGKILL')
  await banner.waitFor({ state: 'visible' })
  expect(await banner.textContent()).toContain('since')
  await banner.waitFor({ state: 'hidden', timeout: 20_000 })
  await clickAll(at, { sale, buyers: 5, prefix: `later-${sale}-` })
  await soon(() => tile('Held')).toBe(45)
  expect(errors).toEqual([])
})
