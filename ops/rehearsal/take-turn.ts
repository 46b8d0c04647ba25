import { randomUUID } from 'node:crypto'
import { Problem } from '../../contract/errors.ts'
import { REHEARSAL_TURN } from '../../contract/keys.ts'
import type { Redis } from '../../platform/redis.ts'

/** A rehearsal whose process was killed frees the turn by itself after so long. */
const TURN_MS = 15_000
const RENEW_MS = 3_000

/**
 * Takes the turn of the one rehearsal that may run, and keeps it. Throws Problem `conflict` where another one has it.
 * @returns gives it back.
 */
export async function takeTurn(redis: Redis): Promise<() => Promise<void>> {
  const own = randomUUID()
  if ((await redis.set(REHEARSAL_TURN, own, 'PX', TURN_MS, 'NX')) !== 'OK') {
    throw new Problem('conflict', { detail: 'another rehearsal is running: wait for it, or cancel it' })
  }
  const isOwn = async () => (await redis.get(REHEARSAL_TURN)) === own
  const timer = setInterval(async () => {
    // A process that was stopped for longer than the turn lasts must not take it from whoever has it by now.
    if (await isOwn().catch(() => false)) await redis.pexpire(REHEARSAL_TURN, TURN_MS).catch(() => {})
  }, RENEW_MS)
  return async () => {
    clearInterval(timer)
    if (await isOwn()) await redis.del(REHEARSAL_TURN)
  }
}
