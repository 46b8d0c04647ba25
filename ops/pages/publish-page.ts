import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sale } from '../../contract/words.ts'
import { replaceFile } from './replace-file.ts'
import { BUILT, makeSalePage } from './sale-page.ts'

/**
 * Copies the built assets and the pages without a template, each with its .gz, into the static origin folder
 * `www`. Assets of older builds stay: a page that somebody opened before still asks for them. Pages come after the
 * assets, so that no page names an asset that is not there yet.
 */
export async function publishAssets(www: string, built: string = BUILT): Promise<void> {
  const assets = await readdir(join(built, 'assets')).catch((cause: unknown) => {
    throw new Error(`the pages are not built (no ${join(built, 'assets')}): run "npm run build"`, { cause })
  })
  // Pages without a template: the list of sales, the 404 page, the ops console.
  const pages = (await readdir(built)).filter(
    (name) => /\.html(\.gz)?$/.test(name) && !name.startsWith('sale.'),
  )
  const consoles = await readdir(join(built, 'console')).catch(() => [])
  const files = [
    ...assets.map((asset) => join('assets', asset)),
    ...consoles.map((file) => join('console', file)),
  ]
  for (const name of [...files, ...pages])
    await replaceFile(join(www, name), await readFile(join(built, name)))
}

/** Writes `www/sales/{id}.html` and its .gz from the built template. `publishAssets` comes first. */
export async function publishSalePage(www: string, sale: Sale, built: string = BUILT): Promise<void> {
  const { page, zipped } = await makeSalePage(sale, built)
  const file = join(www, 'sales', `${sale.id}.html`)
  await replaceFile(file, page)
  await replaceFile(`${file}.gz`, zipped)
}
