import { Problem } from '../contract/errors.ts'
import { spreadSettings } from '../contract/preload.ts'
import { readSale } from '../contract/sales.ts'
import type { Sale, SalePhase } from '../contract/words.ts'
import { type Pool, transaction } from '../platform/mysql.ts'
import type { SaleStores } from './create-sale.ts'
import { unknownSale } from './unknown-sale.ts'

/**
 * Moves a sale to another phase in MySQL, under its row lock, so that two operators can not cross each other.
 * Throws Problem `unknown_sale`, or `conflict` where the sale's phase is not one of `from`.
 */
export const changePhase = (
  mysql: Pool,
  id: number,
  from: readonly SalePhase[],
  to: (phase: SalePhase) => SalePhase,
): Promise<Sale> =>
  transaction(mysql, async (db) => {
    const sale = await readSale(db, id, 'lock')
    if (!sale) throw unknownSale(id)
    if (!from.includes(sale.phase)) {
      throw new Problem('conflict', {
        detail: `sale ${id} is ${sale.phase}; this needs one that is ${from.join(' or ')}`,
      })
    }
    const phase = to(sale.phase)
    await db.query('UPDATE sales SET phase = ? WHERE id = ?', [phase, id])
    return { ...sale, phase }
  })

/** For each command, the phases it starts from; its own goal is among them, so that it may be tried again. */
const STEPS = {
  pause: { from: ['published', 'paused'], to: 'paused' },
  resume: { from: ['paused', 'published'], to: 'published' },
  close: { from: ['published', 'paused', 'closed'], to: 'closed' },
} as const satisfies Record<string, { from: SalePhase[]; to: SalePhase }>

export type PhaseStep = keyof typeof STEPS

/**
 * Pauses, resumes or closes a sale: MySQL first, which decides, then Redis, then the word to every gateway. Closing
 * lets the release loop answer whoever still waits. When Redis fails in between, the same command again finishes it.
 */
export async function stepPhase({ mysql, redis }: SaleStores, id: number, step: PhaseStep): Promise<Sale> {
  const { from, to } = STEPS[step]
  const sale = await changePhase(mysql, id, from, () => to)
  await spreadSettings(redis, sale)
  return sale
}
