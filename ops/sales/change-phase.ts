import { Problem } from '../../contract/errors.ts'
import type { Sale, SalePhase } from '../../contract/words.ts'
import type { By } from '../actions/by.ts'
import { changeSale, spreadSale } from './change-sale.ts'
import type { SaleStores } from './sale-stores.ts'

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
 * A sale that has not opened yet is closed only with `unopened`: nobody could ever buy it, and it can not be undone.
 * Throws Problem `unknown_sale` or `conflict`.
 */
export async function stepPhase(
  stores: SaleStores,
  id: number,
  step: PhaseStep,
  by?: By,
  { version, unopened = false }: { version?: number | undefined; unopened?: boolean | undefined } = {},
): Promise<Sale> {
  const { from, to } = STEPS[step]
  const work = (sale: Sale) => {
    if (sale.phase === to) return undefined
    if (step === 'close' && !unopened && Date.now() < sale.opensAt) throw notOpenYet(sale)
    return { columns: { phase: to }, before: { phase: sale.phase }, after: { phase: to } }
  }
  const sale = await changeSale(stores.mysql, id, { action: `sale.${step}`, from, version, work }, by)
  await spreadSale(stores, id)
  return sale
}

const notOpenYet = ({ id, opensAt }: Sale): Problem =>
  new Problem('conflict', {
    detail:
      `sale ${id} opens at ${new Date(opensAt).toISOString()}: closed before that, it never opens, and nothing opens it ` +
      'again; say that this is meant',
    extra: { confirm: 'unopened' },
  })
