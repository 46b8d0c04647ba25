import { unitsInSale } from '../../contract/inventory/read-inventory.ts'
import { readSale } from '../../contract/sales.ts'
import type { OrderState, RefusedState, Sale } from '../../contract/words.ts'
import { type Db, type Pool, select } from '../../platform/mysql.ts'
import { type Ranges, toRanges } from './number-ranges.ts'
import { type MoneyBooks, readMoney } from './read-money.ts'
import { readSettled, type SettledBooks } from './read-settled.ts'

/** What MySQL says of a sale, in one consistent snapshot. */
export interface MysqlBooks {
  sale: Sale
  /** In the order of their numbers; `last` undefined while the epoch lives or when Redis forgot it. */
  epochs: { epoch: number; first: number; last: number | undefined }[]
  orders: Ranges
  refusals: Ranges
  /** `units` were asked for; `held` of them are held or sold. */
  states: { state: OrderState | RefusedState; tickets: number; units: number; held: number }[]
  /** Buyers with more than one live order, with their tickets; some of them, see {@link MOST}. */
  repeated: { buyer: string; tickets: number[] }[]
  /** Orders of more units than the sale allows, or of another amount than units times price; some of them. */
  odd: { number: number; quantity: number; amountCents: number; currency: string }[]
  money: MoneyBooks
  /** Units that the sale has of the shop's inventory, by its moves; 0 where it names no article. */
  fromInventory: number
  settled: SettledBooks
}

/** How many single finds are read; the rest of a disaster reads no differently. */
const MOST = 1000

/** Reads a sale's books; undefined where there is no such sale. */
export async function readMysql(mysql: Pool, id: number): Promise<MysqlBooks | undefined> {
  const db = await mysql.getConnection()
  try {
    await db.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
    await db.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
    const sale = await readSale(db, id)
    return sale && (await readRows(db, sale))
  } finally {
    await db.query('ROLLBACK').then(
      () => db.release(),
      () => db.destroy(),
    )
  }
}

async function readRows(db: Db, sale: Sale): Promise<MysqlBooks> {
  const { id } = sale
  const epochs = await select<{ epoch: number; first: number; last: number | null }>(
    db,
    'SELECT epoch, first_number AS first, last_number AS last FROM epochs WHERE sale_id = ? ORDER BY first_number, epoch',
    [id],
  )
  const states = await select<{
    state: OrderState | RefusedState
    tickets: number
    units: number
    held: number
  }>(
    db,
    `SELECT state, COUNT(*) AS tickets, SUM(quantity) AS units, SUM(units) AS held FROM orders WHERE sale_id = ? GROUP BY state
     UNION ALL SELECT state, COUNT(*), SUM(quantity), 0 FROM refusals WHERE sale_id = ? GROUP BY state`,
    [id, id],
  )
  const repeated = await select<{ buyer: string; tickets: string }>(
    db,
    `SELECT buyer, GROUP_CONCAT(number ORDER BY number) AS tickets FROM orders WHERE sale_id = ? AND live = 1
     GROUP BY buyer HAVING COUNT(*) > 1 ORDER BY MIN(number) LIMIT ${MOST}`,
    [id],
  )
  const odd = await select<{ number: number; quantity: number; amount: number; currency: string }>(
    db,
    `SELECT number, quantity, amount_cents AS amount, currency FROM orders WHERE sale_id = ?
     AND (quantity > ? OR amount_cents <> quantity * ? OR currency <> ?) ORDER BY number LIMIT ${MOST}`,
    [id, sale.perUser, sale.priceCents, sale.currency],
  )
  return {
    sale,
    epochs: epochs.map((e) => ({
      epoch: e.epoch,
      first: Number(e.first),
      last: e.last === null ? undefined : Number(e.last),
    })),
    orders: await readNumbers(db, 'orders', id),
    refusals: await readNumbers(db, 'refusals', id),
    states: states.map((s) => ({
      ...{ state: s.state, tickets: Number(s.tickets), units: Number(s.units), held: Number(s.held) },
    })),
    repeated: repeated.map((r) => ({ buyer: r.buyer, tickets: r.tickets.split(',').map(Number) })),
    odd: odd.map((o) => ({ ...o, number: Number(o.number), amountCents: Number(o.amount) })),
    fromInventory: await unitsInSale(db, id),
    money: await readMoney(db, id, sale.deduct === 'payment', MOST),
    settled: await readSettled(db, id, sale.sku, MOST),
  }
}

/** The ticket numbers of a table as ranges: within one run of numbers, number minus row number stays the same. */
async function readNumbers(db: Db, table: 'orders' | 'refusals', id: number): Promise<Ranges> {
  const rows = await select<{ first: number; last: number }>(
    db,
    `SELECT MIN(number) AS first, MAX(number) AS last FROM (
       SELECT number, CAST(number AS SIGNED) - CAST(ROW_NUMBER() OVER (ORDER BY number) AS SIGNED) AS run
       FROM ${table} WHERE sale_id = ?) numbered
     GROUP BY run`,
    [id],
  )
  return toRanges(rows.map((row) => [Number(row.first), Number(row.last)] as const))
}
