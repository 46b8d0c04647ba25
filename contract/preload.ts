import { type Db, type Pool, select, transaction } from '../platform/mysql.ts'
import { type Redis, runOf } from '../platform/redis.ts'
import { cardSettings } from './card-settings.ts'
import { writeEvent } from './events.ts'
import { saleKeys } from './keys.ts'
import { numberBlock } from './lease-numbers.ts'
import { nothingComesBack, readSale } from './sales.ts'
import { script } from './scripts.ts'
import { HOLDING_STATES, type OrderState, type RefusedState, type Sale } from './words.ts'

const loadSale = script('load_sale')
const loadFates = script('load_fates')

/**
 * Brings a sale into Redis, or back into it after a loss or a restart: under the lock of its row in MySQL a new epoch
 * begins, with left = stock - sold, everything MySQL knows of its tickets, whatever still stands in the line and in flight,
 * and numbers above all that may have been handed out. Does nothing where Redis holds the living epoch already, unless
 * `force` says that its books are known to be wrong. Serialised by the row lock, so that any number of processes may find
 * the loss at once.
 *
 * @returns the sale as loaded (a settled one is not), or undefined where there is no such sale, or it was never published.
 */
export async function preloadSale(
  mysql: Pool,
  redis: Redis,
  id: number,
  force?: 'force',
): Promise<Sale | undefined> {
  return transaction(mysql, async (db) => {
    const sale = await readSale(db, id, 'lock')
    if (!sale || sale.phase === 'draft' || sale.phase === 'discarded') return undefined
    // Its books are closed and its keys were let go: MySQL alone answers for its tickets.
    if (sale.phase === 'settled') return sale
    const keys = saleKeys(id)
    const [loaded, loadedRun] = await redis.hmget(keys.card, 'epoch', 'run')
    const run = await runOf(redis)
    if (!force && sale.epoch > 0 && Number(loaded) === sale.epoch && loadedRun === run) return sale

    const epoch = sale.epoch + 1
    const first = sale.numbersLeased + 1
    const ceiling = sale.numbersLeased + numberBlock(sale)
    const { unpaid, ended } = await loadTickets(db, redis, id)
    await endEpoch(db, sale, ended.epoch === sale.epoch ? ended.next - 1 : undefined)
    await db.query('UPDATE sales SET epoch = ?, numbers_leased = ? WHERE id = ?', [epoch, ceiling, id])
    await db.query('INSERT INTO epochs (sale_id, epoch, first_number) VALUES (?, ?, ?)', [id, epoch, first])
    if (epoch > 1) {
      const why = force ? 'its books in Redis were wrong' : 'Redis had lost it, or had restarted'
      const detail = `epoch ${epoch} begins at number ${first}: ${why}`
      await writeEvent(db, { sale: id, kind: 'epoch', who: 'sluice', detail })
    }
    // The card goes in before the commit, while the row lock still keeps every recorder out. If the commit then fails,
    // Redis holds an epoch that MySQL never had; workers notice, and the next call loads the sale again.
    await loadSale(
      redis,
      [keys.card, keys.line, keys.wants, keys.flight, keys.lease, keys.holder],
      [
        ...['epoch', epoch, 'stock', sale.stock, 'left', sale.stock - sale.sold],
        ...['awaiting', sale.deduct === 'payment' ? unpaid : 0],
        ...['next', first, 'ceiling', ceiling, 'due', 0, 'hungry', 0, 'served', first - 1, 'reach', 0],
        ...['ending', nothingComesBack(sale) ? 'sold_out' : ''],
        ...cardSettings(sale),
      ],
    )
    return { ...sale, epoch, numbersLeased: ceiling }
  })
}

/**
 * Writes down how far the ending epoch had come, where Redis still knows: not after a restart, since it may have read back
 * an old file and then would say too little. The audit then takes every number up to the next epoch's first as possible.
 */
async function endEpoch(db: Db, sale: Sale, last: number | undefined): Promise<void> {
  if (last === undefined || sale.epoch === 0) return
  await db.query('UPDATE epochs SET last_number = ? WHERE sale_id = ? AND epoch = ?', [
    last,
    sale.id,
    sale.epoch,
  ])
}

interface TicketRow {
  number: number
  buyer: string
  quantity: number
  state: OrderState | RefusedState
  pay_by: Date | null
  version: number
}

/** `ended`: how far the card had come that was taken away; 0 where it is not known. */
async function loadTickets(
  db: Db,
  redis: Redis,
  id: number,
): Promise<{ unpaid: number; ended: { epoch: number; next: number } }> {
  const keys = saleKeys(id)
  const all = [
    ...[keys.card, keys.line, keys.wants, keys.flight, keys.holder, keys.fate],
    ...[keys.gone, keys.seen, keys.called, keys.away, keys.kept],
  ]
  const [epoch, next] = (await loadFates(redis, all, ['1'])) as [number, number]
  let unpaid = 0
  for (let after = 0; ; ) {
    const rows = await select<TicketRow>(
      db,
      `(SELECT number, buyer, quantity, state, pay_by, version FROM orders
        WHERE sale_id = ? AND number > ? ORDER BY number LIMIT 500)
       UNION ALL
       (SELECT number, buyer, quantity, state, NULL, 1 FROM refusals
        WHERE sale_id = ? AND number > ? ORDER BY number LIMIT 500)
       ORDER BY number LIMIT 500`,
      [id, after, id, after],
    )
    if (rows.length === 0) return { unpaid, ended: { epoch, next } }
    const args: (string | number)[] = ['0']
    for (const { number, buyer, quantity, state, pay_by, version } of rows) {
      const live = (HOLDING_STATES as readonly string[]).includes(state)
      if (live && state !== 'paid') unpaid += quantity
      args.push(
        number,
        buyer,
        `${state},${quantity},${pay_by?.getTime() ?? 0},${version},${buyer}`,
        live ? '1' : '0',
      )
    }
    await loadFates(redis, all, args)
    after = Number(rows.at(-1)!.number)
  }
}
