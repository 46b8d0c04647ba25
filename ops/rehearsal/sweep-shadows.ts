import { setTimeout as sleep } from 'node:timers/promises'
import { REHEARSAL_TURN } from '../../contract/keys.ts'
import type { Logger } from '../../platform/log.ts'
import { readRedis } from '../audit/read-redis.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { readBlockers } from '../settlement/read-blockers.ts'
import { closeShadow, listShadows, removeShadow } from './shadow-sale.ts'

const SWEEP_MS = 20_000
const QUIET_MS = 10_000

/** Closes a shadow sale, and removes it as soon as nothing of it is on its way; else whoever sweeps does it later. */
export async function endShadow(stores: SaleStores, id: number): Promise<void> {
  await closeShadow(stores, id)
  for (const until = Date.now() + QUIET_MS; !(await removeQuiet(stores, id)) && Date.now() < until; ) {
    await sleep(300)
  }
}

/** Removes a closed shadow sale where nothing of it is on its way. @returns whether it did. */
async function removeQuiet(stores: SaleStores, id: number): Promise<boolean> {
  // What Redis does not know may still come out of RabbitMQ; it is loaded again soon, with all that MySQL has.
  if (!(await readRedis(stores.redis, id))) return false
  const { waiting, inFlight, expiring, refunding } = await readBlockers(stores.mysql, stores.redis, id)
  if (waiting + inFlight + expiring + refunding > 0) return false
  await removeShadow(stores, id)
  return true
}

/**
 * Ends the shadow sales that a killed or cancelled rehearsal has left behind. Listed before the turn is looked at: a
 * rehearsal takes the turn first and then opens its shadow, so none of one that runs can be among them.
 */
export async function sweepShadows(stores: SaleStores): Promise<void> {
  const left = await listShadows(stores.mysql)
  if (left.length === 0 || (await stores.redis.exists(REHEARSAL_TURN)) === 1) return
  await endLeft(stores, left)
}

/** For whoever holds the turn: nobody else's rehearsal runs. */
export const sweepBefore = async (stores: SaleStores): Promise<void> =>
  endLeft(stores, await listShadows(stores.mysql))

async function endLeft(stores: SaleStores, ids: number[]): Promise<void> {
  for (const id of ids) {
    await closeShadow(stores, id)
    await removeQuiet(stores, id)
  }
}

/** Sweeps for as long as a console runs. @returns stops it. */
export function startSweeping(stores: SaleStores, log: Logger): () => void {
  let sweeping = false
  const timer = setInterval(async () => {
    if (sweeping) return
    sweeping = true
    await sweepShadows(stores).catch((error) => log.warn({ err: error }, 'left rehearsals not removed'))
    sweeping = false
  }, SWEEP_MS)
  return () => clearInterval(timer)
}
