import type { ResultSetHeader } from 'mysql2/promise'
import type { Settlement } from '../../contract/console/settlement.ts'
import { Problem } from '../../contract/errors.ts'
import { writeEvent } from '../../contract/events.ts'
import { moveUnits } from '../../contract/inventory/move-units.ts'
import { SALE_CHANGED, saleKeys } from '../../contract/keys.ts'
import { preloadSale } from '../../contract/preload.ts'
import { readSale } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import { type Db, type PoolConnection, select, transaction } from '../../platform/mysql.ts'
import { type Redis, runOf } from '../../platform/redis.ts'
import type { By } from '../actions/by.ts'
import { recordAction } from '../actions/record-action.ts'
import { auditSale } from '../audit/audit-sale.ts'
import { stepPhase } from '../sales/change-phase.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { isBlocked, readBlockers, tellBlockers } from './read-blockers.ts'
import { readSettlement } from './read-settlement.ts'

/** Nothing moves any more: what looks wrong twice more is wrong. */
const AUDIT_PAUSES_MS = [200, 600]

/**
 * Settles a sale that is over: in ONE transaction under the lock of its row, what is left goes back into the shop's
 * inventory, every paid order into the outbox, and the sale is settled; then its keys leave Redis. A sale past its closing
 * time is closed first. Settling again answers the same settlement, and finishes what was cut off.
 *
 * Throws Problem `unknown_sale`; `conflict` where the sale is not over, something of it still moves (members `waiting`,
 * `inFlight`, `awaitingPayment`, `expiring`, `refunding`, `possibleAt`), or its books are not right (`problems`).
 */
export async function settleSale(
  stores: SaleStores,
  id: number,
  by: By,
): Promise<{ settlement: Settlement; again: boolean }> {
  const { mysql, redis } = stores
  const sale = await readSale(mysql, id)
  if (!sale) throw unknownSale(id)
  if (sale.phase !== 'settled') await prepare(stores, sale, by)
  const again = await transaction(mysql, (db) => settle(db, redis, id, by))
  await letGo(redis, id)
  return { settlement: (await readSettlement(mysql, id))!, again }
}

/** Everything that can be looked at without holding up the sale's row: whether it is over, and its books. */
async function prepare({ mysql, redis, ...rest }: SaleStores, sale: Sale, by: By): Promise<void> {
  const { id, phase, closesAt } = sale
  if (sale.rehearsalOf !== undefined) {
    throw new Problem('conflict', { detail: `sale ${id} is a rehearsal: nothing of it is real` })
  }
  if (phase === 'draft' || phase === 'discarded') {
    const is = phase === 'draft' ? 'a draft' : 'discarded'
    throw new Problem('conflict', { detail: `sale ${id} is ${is}: nothing was sold` })
  }
  if (phase !== 'closed') {
    if (Date.now() < closesAt) {
      const until = new Date(closesAt).toISOString()
      throw new Problem('conflict', {
        detail: `sale ${id} is ${phase} until ${until}: close it first`,
        extra: { possibleAt: closesAt },
      })
    }
    await stepPhase({ mysql, redis, ...rest }, id, 'close', by)
  }
  await preloadSale(mysql, redis, id)
  await refuseWhileBlocked(mysql, redis, id)
  const audited = await auditSale({ mysql, redis }, id, AUDIT_PAUSES_MS)
  if (audited && !audited.audit.ok) {
    const { problems } = audited.audit
    const detail = `the books of sale ${id} are not right, so it is not settled: ${problems[0]}`
    throw new Problem('conflict', { detail, extra: { problems } })
  }
}

async function refuseWhileBlocked(db: Db, redis: Redis, id: number): Promise<void> {
  const blockers = await readBlockers(db, redis, id)
  if (!isBlocked(blockers)) return
  const { unpaidUntil, ...counts } = blockers
  throw new Problem('conflict', {
    detail: tellBlockers(id, blockers),
    extra: { ...counts, possibleAt: unpaidUntil ?? Date.now() + 5_000 },
  })
}

/** @returns whether it was settled already. */
async function settle(db: PoolConnection, redis: Redis, id: number, by: By): Promise<boolean> {
  const sale = await readSale(db, id, 'lock')
  if (!sale) throw unknownSale(id)
  if (sale.phase === 'settled') return true
  if (sale.phase !== 'closed') throw new Problem('conflict', { detail: `sale ${id} is ${sale.phase}` })
  // Looked at again under the lock: from here on no order can be made, paid or expire.
  await refuseWhileBlocked(db, redis, id)
  await endEpoch(db, redis, sale)
  if (sale.sold !== sale.paid) throw new Error(`sale ${id}: ${sale.sold} units are sold, ${sale.paid} paid`)
  const now = new Date()
  const unitsBack = sale.stock - sale.paid
  const [{ affectedRows: orders }] = await db.query<ResultSetHeader>(
    `INSERT INTO outbox (sale_id, number, kind, sku, buyer, quantity, amount_cents, currency, happened_at, created_at)
     SELECT o.sale_id, o.number, 'paid', s.sku, o.buyer, o.quantity, o.amount_cents, o.currency, o.updated_at, ?
     FROM orders o JOIN sales s ON s.id = o.sale_id WHERE o.sale_id = ? AND o.state = 'paid'`,
    [now, id],
  )
  const [money] = await select<{ cents: number | null }>(
    db,
    'SELECT SUM(amount_cents) AS cents FROM outbox WHERE sale_id = ?',
    [id],
  )
  const amountCents = Number(money?.cents ?? 0)
  // Before anything else is moved: its key is what makes a second settlement impossible, whoever believes what.
  await db.query(
    `INSERT INTO settlements (sale_id, stock, paid_units, units_back, orders, amount_cents, settled_by, settled_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [id, sale.stock, sale.paid, unitsBack, orders, amountCents, by.who, now],
  )
  const { sku } = sale
  if (sku !== undefined && !(await moveUnits(db, { sku, sale: id, units: unitsBack, reason: 'settled' }))) {
    throw new Error(`sale ${id}: the inventory does not take back ${unitsBack} units of ${sku}`)
  }
  await db.query("UPDATE sales SET phase = 'settled', version = version + 1 WHERE id = ?", [id])
  const merged = sku === undefined ? `${unitsBack} units were left` : `${unitsBack} units went back to ${sku}`
  const detail = `settled: ${orders} orders of ${sale.paid} units paid, ${merged}`
  await writeEvent(db, { sale: id, kind: 'settlement', who: by.who, detail })
  await recordAction(db, {
    ...{ ...by, action: 'sale.settle', sale: id, before: { phase: 'closed' } },
    after: { phase: 'settled', orders, paidUnits: sale.paid, unitsBack, amountCents },
  })
  return false
}

/** Writes down how far the numbers had come, while Redis still knows: then the audit can do without it. */
async function endEpoch(db: Db, redis: Redis, sale: Sale): Promise<void> {
  const [epoch, run, next] = await redis.hmget(saleKeys(sale.id).card, 'epoch', 'run', 'next')
  if (Number(epoch) !== sale.epoch || run !== (await runOf(redis))) {
    throw new Problem('unavailable', { detail: `Redis has just lost sale ${sale.id}: settle it again` })
  }
  await db.query('UPDATE epochs SET last_number = ? WHERE sale_id = ? AND epoch = ?', [
    ...[Number(next) - 1, sale.id, sale.epoch],
  ])
}

/** Redis needs to know nothing of a settled sale: MySQL answers for its tickets. The gateways are told. */
async function letGo(redis: Redis, id: number): Promise<void> {
  await redis.unlink(Object.values(saleKeys(id)))
  await redis.publish(SALE_CHANGED, String(id))
}
