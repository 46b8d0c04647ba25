import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fillTokens, openFiles, refuseOddPath, userLine } from './render-door.ts'

/** Where the shop's own front stands. */
export interface ShopFront {
  /** The checkout: templates and tunables. */
  root: string
  /** The run folder; everything of this nginx goes under `run/shop`. */
  run: string
  bind: string
  shopPort: number
  /** Where its link to the sale leads. */
  flashPort: number
}

/** Writes the configuration of the shop's nginx; returns the path of its nginx.conf. Throws as renderDoor does. */
export async function renderShop({ root, run, bind, shopPort, flashPort }: ShopFront): Promise<string> {
  for (const path of [root, run]) refuseOddPath(path)
  const target = join(run, 'shop')
  await mkdir(target, { recursive: true })
  const tokens = {
    ...{ ROOT: root, RUN: run, BIND: bind, SHOP_PORT: String(shopPort), FLASH_PORT: String(flashPort) },
    ...{ USER_LINE: userLine(), OPEN_FILES: String(await openFiles()) },
  }
  for (const file of ['nginx.conf', 'shop.conf']) {
    const template = await readFile(join(root, 'nginx', 'shop', file), 'utf8')
    await writeFile(join(target, file), fillTokens(`shop/${file}`, template, tokens))
  }
  return join(target, 'nginx.conf')
}
