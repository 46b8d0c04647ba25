import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stack } from '../../stack/stack.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'
import { launchChromium } from './chromium.ts'

// What only a real browser can tell: whether its own rules about TLS, cookies and other sites let our pages work, and
// nobody else's.

let stack: Stack
let shop: Shop
let browser: Browser
let foreign: Server

beforeAll(async () => {
  ;[stack, browser] = await Promise.all([lendStack({ gateways: 1, workers: 1 }), launchChromium()])
  shop = await openShop(stack)
  foreign = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<title>another site</title>'),
  )
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  foreign?.close()
  await browser?.close()
  await shop?.close()
  await stack?.stop()
})

const soon = <T>(read: () => T) => expect.poll(read)
const headline = (page: Page) => page.locator('#headline').textContent()

/** Opens a sale's page, signs in there, and buys. Returns what went wrong on the way. */
async function signInAndBuy(page: Page, url: string, user: string): Promise<string[]> {
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('the server responded with a status'))
      errors.push(message.text())
  })
  await page.goto(url)
  await page.locator('#buy[aria-disabled="false"]').click()
  await page.locator('#sign-in-name').fill(user)
  await page.locator('#sign-in-name').press('Enter')
  await soon(() => headline(page)).toBe('Reserved for you')
  return errors
}

test('over TLS: HTTP/2, a Secure cookie, an order', async () => {
  const sale = await shop.sell()
  // The certificate is signed by itself; stack/certificate.test.ts and tests/door/tls.test.ts check it.
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  expect(await signInAndBuy(page, `${stack.urls.flashTls}/sales/${sale}`, 'tls')).toEqual([])
  expect(await page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")).toBe('h2')
  expect(await context.cookies()).toEqual([
    expect.objectContaining({ name: 'flash_token', secure: true, httpOnly: true, sameSite: 'Strict' }),
  ])
  expect(await shop.orders(sale)).toMatchObject([{ buyer: 'tls' }])
  await context.close()
})

test('whoever comes back from the payment page is still signed in, although the cookie is strict', async () => {
  const sale = await shop.sell()
  const context = await browser.newContext()
  const page = await context.newPage()
  const errors = await signInAndBuy(page, `${stack.urls.flash}/sales/${sale}`, 'strict')
  expect(await context.cookies()).toMatchObject([{ secure: false, httpOnly: true, sameSite: 'Strict' }])
  await page.getByRole('button', { name: 'Pay now' }).click()
  await page.waitForURL(`${stack.urls.payments}/pay/**`)
  await page.getByRole('button', { name: 'Pay now' }).click()
  await soon(() => headline(page)).toBe('Thank you. It’s yours.')
  expect(errors).toEqual([])
  await context.close()
})

test('another site’s page can not click for a buyer, though the browser sends the cookie along', async () => {
  const sale = await shop.sell()
  // The same host on another port: a site of its own to us, but one that the browser calls the same site.
  const flash = `http://127.0.0.1:${stack.ports.flash}`
  const context = await browser.newContext()
  await context.addCookies([
    { name: 'flash_token', value: shop.token('victim'), url: flash, sameSite: 'Strict' },
  ])
  const page = await context.newPage()
  const answers: [string, number][] = []
  context.on('response', (response) => {
    if (response.url().startsWith(`${flash}/api/`))
      answers.push([response.request().method(), response.status()])
  })
  await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`)
  // Without a body there is no content type that a browser would ask about first.
  const click = `fetch('${flash}/api/sales/${sale}/orders', { method: 'POST', mode: 'no-cors', credentials: 'include' })`
  await page.evaluate(`${click}.then(() => 0)`)
  // Reading, whose answer that page can not see, shows that the cookie does go along: it is not 401.
  await page.evaluate(`${click.replace(/sales.*orders'/, "orders'").replace('POST', 'GET')}.then(() => 0)`)
  await soon(() => answers).toEqual([
    ['POST', 403],
    ['GET', 200],
  ])
  expect(await shop.orders(sale)).toEqual([])

  // The same click from the buyer's own page is one.
  await page.goto(`${flash}/sales/${sale}`)
  expect(await page.evaluate(`${click.replace("mode: 'no-cors', ", '')}.then(({ status }) => status)`)).toBe(
    202,
  )
  await context.close()
})
