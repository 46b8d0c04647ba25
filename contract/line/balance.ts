import type { Redis } from '../../platform/redis.ts'
import { saleKeys } from '../keys.ts'
import { SaleUnloaded, script, UNLOADED } from '../scripts.ts'

/** A sale's units and its flight as Redis has them at one instant. */
export interface Balance {
  epoch: number
  stock: number
  left: number
  /** Units reserved by tickets that have no row yet. */
  reserved: number
  /** Units wanted by the line, by the counter and by summing up. */
  waiting: { counter: number; sum: number }
  /** Units on their way to be reserved, likewise. */
  flying: { counter: number; sum: number }
  ending: string
  /** The numbers in flight. */
  flight: number[]
}

const runBalance = script('balance')
const runFlyAgain = script('fly_again')

/** Throws {@link SaleUnloaded}. */
export async function readBalance(redis: Redis, sale: number): Promise<Balance> {
  const keys = saleKeys(sale)
  const reply = await runBalance(
    redis,
    [keys.card, keys.line, keys.wants, keys.flight, keys.lease, keys.fate],
    [],
  )
  if (reply[0] === UNLOADED) throw new SaleUnloaded(sale)
  const [, epoch, left, reserved, waiting, line, flying, way, ending, stock, ...flight] = reply as [
    ...[number, number, number, number, number, number, number, number, string, number],
    ...number[],
  ]
  return {
    ...{ epoch, stock, left, reserved, ending, flight },
    waiting: { counter: waiting, sum: line },
    flying: { counter: flying, sum: way },
  }
}

/** Has tickets that still fly sent again. Throws {@link SaleUnloaded}. */
export async function flyAgain(redis: Redis, sale: number, numbers: number[]): Promise<void> {
  const keys = saleKeys(sale)
  const reply = await runFlyAgain(redis, [keys.card, keys.flight, keys.lease], numbers)
  if (reply[0] === UNLOADED) throw new SaleUnloaded(sale)
}
