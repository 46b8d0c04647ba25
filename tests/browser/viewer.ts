import type { Browser } from 'playwright-core'
import { expect } from 'vitest'
import type { StackAddress } from '../lend-stack.ts'

/** What a button or a field of a change is called, on any screen. */
const CHANGES =
  /^(New|Register|Publish|Rehearse|Discard|Simulated|Pause|Resume|Close|Set|Tickets|Every|Review|Turn|Change|Back to|Block|Unblock|Buyer|Score|Reason|Import|Choose|Settle)\b/
/** Where to look, and the title of the page once it is there. */
const SCREENS = [
  ['sales/new', 'New sale'],
  ['sales', 'Sales'],
  ['sales/:id', 'Path'],
  ['sales/:id/live', 'Live'],
  ['sales/:id/switches', 'Switches'],
  ['sales/:id/settlement', 'Settlement'],
  ['switches', 'Switches'],
  ['settings', 'Settings'],
  ['blocks', 'Blocks'],
] as const

/** Signs a viewer in, goes through every screen, and gives the names of all that offers a change: there should be none. */
export async function changesOfferedTo(
  browser: Browser,
  { ports }: StackAddress,
  viewer: { name: string; password: string; sale: number },
): Promise<string[]> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${ports.ops}/`)
  await page.getByLabel('Name').fill(viewer.name)
  await page.getByLabel('Password').fill(viewer.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('viewer', { exact: true }).waitFor()
  const offered: string[] = []
  for (const [path, title] of SCREENS) {
    await page.evaluate(`location.hash = '#/${path.replace(':id', String(viewer.sale))}'`)
    await expect.poll(() => page.title(), { timeout: 30_000 }).toMatch(new RegExp(`^${title}`))
    const main = page.getByRole('main')
    await main.locator('.loading').waitFor({ state: 'detached' })
    const named = main.locator('button, a.button, label, select')
    const names = await named.evaluateAll((all) =>
      all.map((one) => one.getAttribute('aria-label') ?? one.textContent ?? ''),
    )
    offered.push(...names.filter((name) => CHANGES.test(name.trim())).map((name) => `${path}: ${name}`))
  }
  await context.close()
  return offered
}
