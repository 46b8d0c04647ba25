import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings, recordSetting, spreadSettings } from '../../contract/settings/changes.ts'
import type { SaleStores } from '../../ops/sales/sale-stores.ts'

/** Settings reach every gateway within a second. */
const REACHED_MS = 1_500

/** Fixes the window of auto release at so many tickets, or leaves it to the loop, as the gateways were started with. */
export async function setWindow({ mysql, redis }: SaleStores, window: number | 'auto'): Promise<void> {
  const values = {
    'gateway.flight-window': window === 'auto' ? 'default' : String(window),
    'gateway.auto-lag-ms': window === 'auto' ? 'default' : '0',
  }
  for (const [name, value] of Object.entries(values))
    await recordSetting(mysql, { name, value, who: 'benchmark', reason: '' })
  await spreadSettings(redis, await readSettings(mysql))
  await sleep(REACHED_MS)
}
