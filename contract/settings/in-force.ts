import type { Redis } from '../../platform/redis.ts'
import { reportKeys } from '../keys.ts'
import type { Setting } from './kind.ts'

/** What a process that reads settings says of itself about twice a second. */
export interface InForce {
  room: Setting['room']
  /** The version of all settings that it has taken in (all workers of an nginx have). */
  version: number
  /** What it goes by now, by setting. */
  values: Record<string, number>
  /** What it started with: its environment, or nginx/tunables.conf. */
  normals: Record<string, number>
}

const KEPT_MS = 3_000

export async function reportInForce(redis: Redis, name: string, report: InForce): Promise<void> {
  const { names, of } = reportKeys.tuned
  await redis.pipeline().set(of(name), JSON.stringify(report), 'PX', KEPT_MS).sadd(names, name).exec()
}
