import type { Finding } from './finding.ts'
import { heldUnits, paidUnits } from './judge-units.ts'
import { toRanges } from './number-ranges.ts'
import type { MysqlBooks } from './read-mysql.ts'

/**
 * Whether what the shop got back and is told is what the sale did not sell and what it sold. What the inventory itself says
 * is judged in judge-inventory.ts.
 */
export function judgeSettlement(mysql: MysqlBooks): Finding[] {
  const { sale, settled } = mysql
  const { settlement, untold, wronglyTold } = settled
  const findings: Finding[] = []
  const expect = (kind: string, holds: boolean, sentence: string) => {
    if (!holds) findings.push({ kind, sentence })
  }
  const each = (kind: string, numbers: number[], what: string) => {
    if (numbers.length === 0) return
    const tickets = toRanges(numbers.map((number) => [number, number] as const))
    findings.push({ kind, tickets, sentenceFor: (number) => `ticket ${sale.id}-${number} ${what}` })
  }
  each('told', wronglyTold, 'is told to the shop otherwise than it is')
  expect(
    'settled',
    (sale.phase === 'settled') === (settlement !== undefined),
    settlement ? `the sale is settled, but ${sale.phase}` : 'the sale is settled without a settlement',
  )
  if (!settlement) return findings
  const paid = paidUnits(mysql)
  const held = heldUnits(mysql)
  const { stock, paidUnits: said, unitsBack, orders, amountCents } = settlement
  const paidOrders = mysql.states.find(({ state }) => state === 'paid')?.tickets ?? 0
  expect('settled-stock', stock === sale.stock, `it was settled with a stock of ${stock}, not ${sale.stock}`)
  expect('settled-paid', said === paid, `it was settled with ${said} units paid, but ${paid} are`)
  expect('settled-orders', orders === paidOrders, `it was settled with ${orders} orders, not ${paidOrders}`)
  expect('settled-held', held === paid, `${held - paid} units are held by unpaid orders of a settled sale`)
  const price = paid * sale.priceCents
  expect('settled-money', amountCents === price, `it was settled with ${amountCents} cents, not ${price}`)
  expect(
    'units-back',
    unitsBack + paid === sale.stock,
    `${unitsBack} units were given back and ${paid} are paid, of a stock of ${sale.stock}`,
  )
  each('untold-order', untold, 'is paid, but not among what the shop is told')
  return findings
}
