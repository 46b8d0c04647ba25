import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeSetting } from '../../ops/settings/change-setting.ts'
import { launchChromium } from '../browser/chromium.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'

const NAME = 'gateway.hot-user'

let shop: Shop
let browser: Browser
let page: Page
beforeAll(async () => {
  shop = await openShop(borrowStack())
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
})
afterAll(async () => {
  await browser?.close()
  await changeSetting(shop, { name: NAME, value: 'default' }, { who: 'test' })
  await shop?.close()
})

const SHOTS = process.env.SLUICE_TEST_SHOTS
const shot = async (name: string) => SHOTS && (await page.screenshot({ path: `${SHOTS}/${name}.png` }))

test('an operator changes a setting, meets another one, and rolls it back', async () => {
  const { name, password } = shop.at.console!
  await page.goto(`http://127.0.0.1:${shop.at.ports.ops}/#/settings`)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  const row = page.getByRole('row').filter({ hasText: 'hot-user' }).first()
  await row.getByText(/^([1-9]) of \1$/).waitFor()
  await shot('settings')

  await row.getByRole('button', { name: `Change ${NAME}` }).click()
  const value = page.getByLabel(`New value of ${NAME}`)
  await value.fill('0')
  await page.getByRole('button', { name: 'Set', exact: true }).click()
  await page.getByText('must be a whole number from 1 to 1000000').waitFor()
  await shot('settings-refused')

  // Somebody else, while the form is open.
  await changeSetting(shop, { name: NAME, value: '35' }, { who: 'bert', reason: 'a school clicks' })
  await value.fill('50')
  await page.getByLabel('Reason, for the record').fill('two schools click')
  await page.getByRole('button', { name: 'Set', exact: true }).click()
  await page.getByText('bert was faster.').waitFor()
  await shot('settings-conflict')
  await page.getByRole('button', { name: 'Set 50 calls/s all the same' }).click()
  await row.getByText('two schools click').waitFor()
  expect(await row.getByRole('cell').first().textContent()).toBe('50 calls/s')
  await row.getByText(/^([1-9]) of \1$/).waitFor()

  await row.getByRole('button', { name: `History of ${NAME}` }).click()
  await page.getByRole('button', { name: /^Back to version \d+: 35 calls/ }).click()
  await page.getByText('Set to 35 calls/s, as version').waitFor()
  await shot('settings-history')
  await page.keyboard.press('Escape')
  await row.getByText('35 calls/s').waitFor()

  await page.setViewportSize({ width: 1024, height: 768 })
  const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
  expect(wider).toBe(0)
  await shot('settings-1024')
})
