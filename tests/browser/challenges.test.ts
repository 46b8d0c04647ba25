import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type QuizQuestion, replaceQuestions } from '../../contract/challenges/quiz.ts'
import { answerKey } from '../../contract/keys.ts'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Shop } from '../lend-stack.ts'
import { lendShopWindow, type ShopWindow } from './lend-shop-window.ts'
import { fits, headline, type Screen, seatPerson, signIn, soon, takeShot } from './person.ts'

// A person answers the question of a sale and buys, in a real browser, on the real servers.

let lent: ShopWindow
let stack: Stack
let shop: Shop

beforeAll(async () => {
  lent = await lendShopWindow({ gateways: 1, workers: 1 })
  ;({ stack, shop } = lent)
})
afterAll(() => lent?.close(), 60_000)

let context: BrowserContext | undefined
let errors: string[] = []

/** A person of this name looks at a new sale; whatever the page logs as an error fails the test at `done`. */
async function visit(user: string, size: Screen, input: Partial<SaleInput>, questions?: QuizQuestion[]) {
  const sale = await shop.sell({ title: 'Field Kettle No. 2', priceCents: 4_900, ...input })
  if (questions) await replaceQuestions(shop.mysql, sale, questions)
  ;({ context, errors } = await seatPerson(lent.browser, size, {
    colorScheme: size === 'phone' ? 'dark' : 'light',
  }))
  const page = await context.newPage()
  await page.goto(`${stack.urls.flash}/sales/${sale}`)
  await signIn(page, user)
  return { sale, page, buy: page.locator('#buy[aria-disabled="false"]') }
}

async function done(page: Page, sale: number, user: string): Promise<void> {
  await soon(() => headline(page)).toBe('Reserved for you')
  expect((await shop.orders(sale)).map(({ buyer }) => buyer)).toEqual([user])
  expect(errors).toEqual([])
  await context?.close()
}

const shot = (page: Page, name: string) => takeShot(page, `challenge-${name}`)

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
  })

  test(`proof of work on a ${size}: the device solves it beside the page`, async () => {
    const user = `worker-${size}`
    const { sale, page, buy } = await visit(user, size, { challenge: 'pow' })
    await buy.click()
    await soon(async () =>
      Number(await page.locator('#challenge-progress').getAttribute('value')),
    ).toBeGreaterThan(0)
    await shot(page, `${size}-3-pow`)
    await done(page, sale, user)
  })
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
})

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
})
