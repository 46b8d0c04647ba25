import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../platform/root.ts'

/** What the floor calls its things. The broker's user may use names that begin with `sluice.` only. */
export const QUEUE = 'sluice.floor'
export const EXCHANGE = 'sluice.floor'
export const COUNTER = 'floor:number'
export const LIST = 'floor:list'
export const LEFT = 'floor:left'

export const readScript = (name: string): string =>
  readFileSync(join(ROOT, 'benchmarks', 'floor', `${name}.lua`), 'utf8')

/** A setting of a floor process; they get exactly those they need. */
export function setting(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}
