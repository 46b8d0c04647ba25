import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type QuizQuestion, replaceQuestions } from '../../contract/challenges/quiz.ts'
import { answerKey } from '../../contract/keys.ts'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import { ROOT } from '../../platform/root.ts'
import type { Stack } from '../../stack/stack.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'
import { launchChromium } from './chromium.ts'

// A person answers the question of a sale and buys, in a real browser, on the real servers.

const SHOTS = join(ROOT, '.run', 'screenshots')
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }

let stack: Stack
let shop: Shop
let browser: Browser
let context: BrowserContext | undefined

beforeAll(async () => {
  await mkdir(SHOTS, { recursive: true })
  ;[stack, browser] = await Promise.all([lendStack({ gateways: 1, workers: 1 }), launchChromium()])
  shop = await openShop(stack)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await shop?.close()
  await stack?.stop()
}, 60_000)

const errors: string[] = []

/** A person of this name looks at a new sale; whatever the page logs as an error fails the test at `done`. */
async function visit(
  user: string,
  size: keyof typeof SIZES,
  input: Partial<SaleInput>,
  questions?: QuizQuestion[],
) {
  const sale = await shop.sell({ title: 'Field Kettle No. 2', priceCents: 4_900, ...input })
  if (questions) await replaceQuestions(shop.mysql, sale, questions)
  context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: size === 'phone' ? 'dark' : 'light',
  })
  context.on('weberror', (error) => errors.push(error.error().message))
  context.on('console', (message) => {
    // A refused call is logged by Chromium itself; what the page makes of it is what counts.
    if (message.type() === 'error' && !message.text().includes('the server responded with a status'))
      errors.push(message.text())
  })
  const page = await context.newPage()
  await page.goto(`${stack.urls.flash}/sales/${sale}`)
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await page.getByLabel('Your name').fill(user)
  await page.getByLabel('Your name').press('Enter')
  await page.getByRole('button', { name: user }).waitFor()
  return { sale, page, buy: page.locator('#buy[aria-disabled="false"]') }
}

async function done(page: Page, sale: number, user: string): Promise<void> {
  await soon(() => headline(page)).toBe('Reserved for you')
  expect((await shop.orders(sale)).map(({ buyer }) => buyer)).toEqual([user])
  expect(errors.splice(0)).toEqual([])
  await context?.close()
}

/** Waits for what a busy machine may take its time for. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 15_000 })
const headline = (page: Page) => page.locator('#headline').textContent()
const shot = (page: Page, name: string) => page.screenshot({ path: join(SHOTS, `challenge-${name}.png`) })
const fits = (page: Page) => page.evaluate('document.documentElement.scrollWidth <= innerWidth')

/** What a person reads in the picture: a test can only look where the shop keeps it. */
const read = async (sale: number, user: string): Promise<string> =>
  JSON.parse((await shop.redis.get(answerKey(sale, user))) ?? '[""]')[0]

for (const size of ['desktop', 'phone'] as const) {
  test(`captcha on a ${size}: a slip costs another picture, then the click goes on by itself`, async () => {
    const user = `reader-${size}`
    const { sale, page, buy } = await visit(user, size, { challenge: 'captcha' })
    await buy.click()
    const picture = page.getByRole('img', { name: 'Six letters and digits' })
    await picture.waitFor()
    await soon(() => headline(page)).toBe('Type what you see')
    const wide = `document.querySelector('#challenge-picture img')`
    expect(await page.evaluate(`${wide}.decode().then(() => ${wide}.naturalWidth)`)).toBe(480)
    expect(await page.evaluate('document.activeElement.id')).toBe('challenge-answer')
    expect(await page.locator('#buy').isVisible()).toBe(false)
    expect(await fits(page)).toBe(true)
    await shot(page, `${size}-1-captcha`)

    const first = await picture.getAttribute('src')
    const right = await read(sale, user)
    expect(await page.content()).not.toContain(right)
    await page.getByLabel('The six letters and digits').fill('A')
    await page.keyboard.press('Enter')
    await soon(() => page.getByRole('alert').first().textContent()).toContain('That was not it.')
    await soon(() => picture.getAttribute('src')).not.toBe(first)
    await soon(() => page.locator('#challenge-note').textContent()).toBe(
      'That was not it. Here is a new one.',
    )
    await shot(page, `${size}-2-wrong`)

    const second = await picture.getAttribute('src')
    await page.getByRole('button', { name: 'Another picture' }).click()
    await soon(() => picture.getAttribute('src')).not.toBe(second)
    await page.getByLabel('The six letters and digits').fill(await read(sale, user))
    await page.getByRole('button', { name: 'Go on' }).click()
    await done(page, sale, user)
  }, 60_000)

  test(`proof of work on a ${size}: the device solves it beside the page`, async () => {
    const user = `worker-${size}`
    const { sale, page, buy } = await visit(user, size, { challenge: 'pow' })
    await buy.click()
    await soon(async () =>
      Number(await page.locator('#challenge-progress').getAttribute('value')),
    ).toBeGreaterThan(0)
    await shot(page, `${size}-3-pow`)
    await done(page, sale, user)
  }, 60_000)
}

test('quiz by keyboard: choices, then a written answer on a phone', async () => {
  const choices = [
    'A hammer',
    'An apple',
    'A very long violin that does not fit on one line of a phone',
    'A horse',
  ]
  const question = 'Which of these grows on a tree?'
  const chosen = await visit('chooser', 'desktop', { challenge: 'quiz' }, [
    { question, answers: ['An apple'], choices },
  ])
  await chosen.buy.click()
  await chosen.page.getByRole('group', { name: question }).waitFor()
  await shot(chosen.page, 'desktop-4-quiz')
  expect(await chosen.page.evaluate('document.activeElement.type')).toBe('radio')
  await chosen.page.getByLabel('An apple').check()
  await chosen.page.keyboard.press('Enter')
  await done(chosen.page, chosen.sale, 'chooser')

  const written = await visit('writer', 'phone', { challenge: 'quiz' }, [
    { question: 'How much is two plus two?', answers: ['4', 'four'] },
  ])
  await written.buy.click()
  const field = written.page.getByLabel('How much is two plus two?')
  await field.waitFor()
  expect(await fits(written.page)).toBe(true)
  await shot(written.page, 'phone-4-quiz')
  await field.fill(' Four ')
  await field.press('Enter')
  await done(written.page, written.sale, 'writer')
}, 60_000)

test('before the opening: the question is answered ahead, and the click needs no more', async () => {
  const opensAt = Date.now() + 12_000
  const { sale, page, buy } = await visit('early', 'desktop', { challenge: 'captcha', opensAt })
  await soon(() => page.locator('#buy').textContent()).toBe('Answer the question now')
  await buy.click()
  await page.getByRole('img', { name: 'Six letters and digits' }).waitFor()
  await shot(page, 'desktop-5-early')
  await page.getByLabel('The six letters and digits').fill(await read(sale, 'early'))
  await page.keyboard.press('Enter')
  await soon(() => page.locator('#detail').textContent()).toBe(
    'You have answered the question. The button opens by itself.',
  )
  expect(await page.locator('#buy').getAttribute('aria-disabled')).toBe('true')
  await shot(page, 'desktop-6-ready')
  await buy.waitFor({ timeout: 20_000 })
  expect(await page.locator('#buy').textContent()).toBe('Buy now')
  await buy.click()
  await done(page, sale, 'early')
}, 60_000)
