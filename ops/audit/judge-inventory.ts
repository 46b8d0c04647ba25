import type { Sale } from '../../contract/words.ts'
import type { Finding } from './finding.ts'
import type { MysqlBooks } from './read-mysql.ts'

/**
 * Whether the sale has of the shop's inventory what it should: its whole stock, once it is settled what it sold, and nothing
 * once it is discarded.
 * Together with on_hand being the sum of all moves, this makes: on hand + what all sales have = received.
 */
export function judgeInventory({ sale, fromInventory }: MysqlBooks): Finding[] {
  const due = sale.sku === undefined ? 0 : dueTo(sale)
  if (fromInventory === due) return []
  const of = sale.sku === undefined ? 'names no article' : `of ${sale.sku} has ${due} units`
  const sentence = `the sale ${of}, but its moves of the inventory come to ${fromInventory}`
  return [{ kind: 'inventory', sentence }]
}

const dueTo = ({ phase, stock, sold }: Sale): number => {
  if (phase === 'discarded') return 0
  return phase === 'settled' ? sold : stock
}
