import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { ROOT } from '../../platform/root.ts'

// A person at a browser, and how one who waits for a page on a busy machine reads it.

/** Where pictures for people are laid; nothing compares them. */
export const SHOTS = join(ROOT, '.run', 'screenshots')

const SCREENS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }
export type Screen = keyof typeof SCREENS

/** `errors`: what any of the person's pages logs as an error; a test ends with none. */
export async function seatPerson(
  browser: Browser,
  screen: Screen,
  options: BrowserContextOptions = {},
): Promise<{ context: BrowserContext; errors: string[] }> {
  const context = await browser.newContext({ viewport: SCREENS[screen], ...options })
  const errors: string[] = []
  context.on('weberror', (error) => errors.push(error.error().message))
  context.on('console', (message) => {
    // A refused call is logged by Chromium itself; what the page makes of it is what counts.
    if (message.type() === 'error' && !message.text().includes('the server responded with a status'))
      errors.push(message.text())
  })
  return { context, errors }
}

/** At the development sign-in. */
export async function signIn(page: Page, user: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await page.getByLabel('Your name').fill(user)
  await page.getByLabel('Your name').press('Enter')
  await page.getByRole('button', { name: user }).waitFor()
}

/** Waits for what a busy machine may take its time for. */
export const soon = <T>(read: () => T) => expect.poll(read, { timeout: 15_000 })

export const headline = (page: Page) => page.locator('#headline').textContent()

/** Whether nobody has to scroll sideways. */
export const fits = (page: Page) => page.evaluate('document.documentElement.scrollWidth <= innerWidth')

export const takeShot = (page: Page, name: string) => page.screenshot({ path: join(SHOTS, `${name}.png`) })
