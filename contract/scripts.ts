import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Redis, runOf } from '../platform/redis.ts'
import { ROOT } from '../platform/root.ts'

/** Every script's reply begins with 1 (LOADED), or is this alone: see {@link SaleUnloaded}. */
export const UNLOADED = 0

/**
 * The sale is not in Redis (never published, or Redis lost it or restarted): load it from MySQL (contract/preload.ts), then ask again.
 */
export class SaleUnloaded extends Error {
  readonly sale: number
  constructor(sale: number) {
    super(`sale ${sale} is not loaded in Redis`)
    this.sale = sale
  }
}

const PART = /^-- part: (\w+)$/gm

/** A script's text; where it says `-- part: NAME` stands lua/redis/parts/NAME.lua, since Redis has no `require`. */
function readScript(name: string): string {
  const read = (...path: string[]): string => readFileSync(join(ROOT, 'lua', 'redis', ...path), 'utf8')
  return read(`${name}.lua`).replace(PART, (_, part: string) => read('parts', `${part}.lua`))
}

type Reply = (number | string)[]
type Call = (redis: Redis, keys: string[], args: (number | string)[]) => Promise<Reply>

/**
 * A script of lua/redis by its file name. It is sent by its hash and loaded where Redis does not know it.
 * Its first argument is always the run of the server that this connection talks to: a script answers UNLOADED where
 * the sale was loaded in another run (see platform/redis.ts).
 * Rejects when Redis is not reachable or does not answer in time; all scripts may then be asked again.
 */
export function script(name: string): Call {
  const lua = readScript(name)
  const known = new WeakSet<Redis>()
  return async (redis, keys, args) => {
    if (!known.has(redis)) {
      redis.defineCommand(name, { lua })
      known.add(redis)
    }
    // No turn of the event loop lies between knowing the run and sending the call: both are of one connection.
    const current = runOf(redis)
    const run = typeof current === 'string' ? current : await current
    const command = (redis as unknown as Record<string, (...args: (number | string)[]) => Promise<Reply>>)[
      name
    ]!
    return command.call(redis, keys.length, ...keys, run, ...args)
  }
}
