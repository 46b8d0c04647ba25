import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Sale } from '../../contract/words.ts'
import { ROOT } from '../../platform/root.ts'
import { formatTime } from '../../web/src/format-time.ts'
import { formatMoney } from '../../web/src/money.ts'

/** Where `npm run build` leaves the pages. */
export const BUILT = join(ROOT, 'web', 'dist')

const compress = promisify(gzip)

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
