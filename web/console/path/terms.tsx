import type { JSX } from 'preact'
import type { ShownSale } from '../../../contract/console/sale.ts'
import { money, number } from '../format.ts'
import { releaseWords } from '../sale.ts'

/** What was registered, at a glance. */
export function Terms({ sale }: { sale: ShownSale }): JSX.Element {
  const terms: [string, string][] = [
    ['Price', money(sale.priceCents, sale.currency)],
    ['Stock', `${number(sale.stock)} units`],
    ['Standby', `${number(sale.standby)} more may wait`],
    ['A buyer', sale.perUser === 1 ? '1 unit' : `${number(sale.perUser)} units at most`],
    ['Challenge', sale.challenge],
    ['Release', releaseWords(sale.release)],
  ]
  return (
    <dl class="terms">
      {terms.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
