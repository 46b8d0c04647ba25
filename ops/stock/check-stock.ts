import { Problem } from '../../contract/errors.ts'
import type { Sale } from '../../contract/words.ts'
import { InputError } from '../actions/input-error.ts'

const MOST = 1_000_000_000

export function refuseStock(message: string): never {
  throw new InputError(`--stock ${message}`, [{ field: 'stock', message }])
}

/** What of a new stock MySQL alone can say. Throws InputError, or Problem `conflict` for a sale that is over. */
export function checkStock(sale: Sale, stock: number): void {
  const over = !['draft', 'published', 'paused'].includes(sale.phase)
  if (over || Date.now() >= sale.closesAt) {
    throw new Problem('conflict', { detail: `sale ${sale.id} is over: its stock stays as it is` })
  }
  if (!Number.isSafeInteger(stock) || stock < 1 || stock > MOST) {
    refuseStock(`must be a whole number from 1 to ${MOST}`)
  }
  if (stock === sale.stock) refuseStock(`is ${stock} already`)
  if (stock < sale.sold) refuseStock(`must be ${sale.sold} or more: so many are sold or held`)
}
