import { mkdir } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import type { Stack, StackOptions } from '../../stack/stack.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'
import { launchChromium } from './chromium.ts'
import { SHOTS } from './person.ts'

/** A stack, the shop in it, and the browser through which people look in. */
export interface ShopWindow {
  stack: Stack
  shop: Shop
  browser: Browser
  close: () => Promise<void>
}

export async function lendShopWindow(options: Omit<StackOptions, 'dir'>): Promise<ShopWindow> {
  await mkdir(SHOTS, { recursive: true })
  const [stack, browser] = await Promise.all([lendStack(options), launchChromium()])
  const shop = await openShop(stack)
  const close = async () => {
    await browser.close()
    await shop.close()
    await stack.stop()
  }
  return { stack, shop, browser, close }
}
