import { setTimeout as sleep } from 'node:timers/promises'
import type { Check, CrowdTally } from '../../contract/console/rehearsal.ts'
import { ORDER_STATES } from '../../contract/words.ts'
import { auditSale } from '../audit/audit-sale.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { no, ok } from './check.ts'
import type { Shadow } from './shadow-sale.ts'

const SETTLE_MS = 10_000

/** The books of the shadow sale: every ticket has its order, units that came back went to who stood by, paid is paid. */
export async function proveShadow(
  stores: SaleStores,
  id: number,
  { stock, standby }: Shadow,
  crowd: CrowdTally,
  pays: boolean,
): Promise<Check[]> {
  for (const until = Date.now() + SETTLE_MS; ; ) {
    const { audit } = (await auditSale(stores, id))!
    const { outcomes, tickets } = audit
    const open = audit.waiting + audit.inFlight
    if (open > 0 && Date.now() < until) {
      await sleep(500)
      continue
    }
    const orders = ORDER_STATES.reduce((sum, state) => sum + outcomes[state], 0)
    const proof = `${crowd.tickets} tickets, ${orders} orders, ${audit.paid} units paid of ${stock}, ${outcomes.expired} came back, ${open} tickets open`
    const check = (name: string, holds: boolean, says: string): Check =>
      holds ? ok(name, says) : no(name, proof)
    const whole = open === 0 && tickets === crowd.tickets && orders === tickets
    const settled = audit.paid === stock && outcomes.expired === standby && outcomes.refunded === 0
    return [
      audit.ok ? ok('shadow books', `right: ${proof}`) : no('shadow books', audit.problems.join('; ')),
      check('nobody lost', whole, 'every ticket became an order, those of who stood by too'),
      ...(pays
        ? [
            check(
              'money',
              settled,
              `every unit is paid once; ${standby} came back unpaid and were sold again`,
            ),
          ]
        : []),
    ]
  }
}
