import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Sale } from '../contract/words.ts'
import { ROOT } from '../platform/root.ts'
import { formatTime } from '../web/src/format-time.ts'
import { formatMoney } from '../web/src/money.ts'

/** Where `npm run build` leaves the pages. */
export const BUILT = join(ROOT, 'web', 'dist')

const compress = promisify(gzip)

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

/** The page of a sale, and the same compressed. */
export async function makeSalePage(
  sale: Sale,
  built: string = BUILT,
): Promise<{ page: Buffer; zipped: Buffer }> {
  const page = Buffer.from(fillTemplate(await readFile(join(built, 'sale.html'), 'utf8'), sale))
  return { page, zipped: await compress(page, { level: 9 }) }
}

/** Puts a sale into the template's `{{names}}`, escaped for HTML text and quoted attributes. */
export function fillTemplate(template: string, sale: Sale): string {
  const values: Record<string, string | number> = {
    id: sale.id,
    title: sale.title,
    price: formatMoney(sale.priceCents, sale.currency),
    priceCents: sale.priceCents,
    currency: sale.currency,
    perUser: sale.perUser,
    perUserText: sale.perUser === 1 ? 'One' : `Up to ${sale.perUser}`,
    opensAt: sale.opensAt,
    opensIso: new Date(sale.opensAt).toISOString(),
    opensText: formatTime(sale.opensAt, 'UTC'),
    closesAt: sale.closesAt,
    closesIso: new Date(sale.closesAt).toISOString(),
    closesText: formatTime(sale.closesAt, 'UTC'),
  }
  // One pass, by function: a title that holds `{{price}}` or `$&` stays as it is.
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`web/sale.html: {{${name}}} is not known`)
    return escapeHtml(String(value))
  })
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '')

/** A new file appears whole or not at all: nginx may be serving the old one at this instant. */
export async function replaceFile(file: string, content: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeFile(temporary, content)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
