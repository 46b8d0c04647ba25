import { setTimeout as sleep } from 'node:timers/promises'
import { SNAPSHOT } from '../../contract/keys.ts'
import type { Snapshot } from '../../contract/snapshot.ts'
import type { Redis } from '../../platform/redis.ts'

const LONGEST_MS = 3_000
const ASK_MS = 25
/** Each nginx pulls the snapshot about every 200 ms (nginx/tunables.conf). */
const PULL_MS = 300

/** An older snapshot means that no gateway runs: then there is nothing to wait for. */
const STALE_MS = 2_000

/**
 * Waits until the doors know a sale, so that whoever is told of it now is not answered `unknown_sale`. Ends at once
 * where no gateway writes snapshots, and after some seconds in any case: the sale is published all the same.
 */
export async function untilSnapshot(redis: Redis, sale: number): Promise<void> {
  const until = Date.now() + LONGEST_MS
  while (Date.now() < until) {
    const text = await redis.get(SNAPSHOT)
    const snapshot = text === null ? undefined : (JSON.parse(text) as Snapshot)
    if (snapshot === undefined || Date.now() - snapshot.at > STALE_MS) return
    if (snapshot.sales[sale]) return void (await sleep(PULL_MS))
    await sleep(ASK_MS)
  }
}
