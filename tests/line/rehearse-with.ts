import type { RehearsalStores } from '../../ops/rehearsal/check-surroundings.ts'
import type { RehearsalOptions } from '../../ops/rehearsal/rehearse.ts'
import { select } from '../../platform/mysql.ts'
import type { Shop } from '../lend-stack.ts'

/** What a rehearsal on this stack works with. */
export const storesOf = (shop: Shop, more: Partial<RehearsalStores> = {}): RehearsalStores => ({
  ...{ mysql: shop.mysql, redis: shop.redis, www: shop.at.env.SLUICE_WWW },
  ...{ payments: shop.at.env.SLUICE_PAYMENT_URL, doors: shop.at.env.SLUICE_DOORS!.split(','), ...more },
})

export const optionsOf = (shop: Shop, more: Partial<RehearsalOptions> = {}): RehearsalOptions => ({
  ...{ buyers: 80, seconds: 60, token: { secret: shop.at.secrets.jwt } },
  ...{ signal: new AbortController().signal, ...more },
})

/** The shadow sales of a sale. */
export const shadowsOf = (shop: Shop, sale: number) =>
  select<{ id: number; phase: string }>(
    shop.mysql,
    'SELECT id, phase FROM sales WHERE rehearsal_of = ? ORDER BY id',
    [sale],
  )
