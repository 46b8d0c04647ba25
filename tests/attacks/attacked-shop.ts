import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { ERRORS, type ErrorCode } from '../../contract/errors.ts'
import { saleKeys } from '../../contract/keys.ts'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import { readRecord } from '../../platform/local-stack/record.ts'
import { select } from '../../platform/mysql.ts'
import { type Answer, call, click, eventually } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from '../line/borrow-stack.ts'

/** A shop with a sale under attack: what it holds, and what an honest buyer gets meanwhile. */
export interface AttackedShop extends Shop {
  door: number
  sale: number
  /** Headers of a signed-in buyer who sends JSON. */
  as: (buyer: string) => Record<string, string>
  /** Headers as a list may hold a name twice. */
  send: (
    method: string,
    path: string,
    headers?: Record<string, string> | string[],
    body?: string,
  ) => Promise<Answer>
  /** Everything that an attack on this sale could have written, in MySQL and in Redis, once nobody is under way. */
  books: (sale?: number) => Promise<unknown>
  /** The attack is refused with this code, and nothing is written. */
  refuses: (attack: () => Promise<Answer>, code: ErrorCode) => Promise<void>
  /** An honest buyer clicks and gets the order. Gives its ticket and ID. */
  honest: (buyer: string, sale?: number) => Promise<{ ticket: string; order: string }>
}

const TABLES = ['orders', 'refusals', 'payments', 'payment_events', 'restores']
/** Written by the shop itself all the time. */
const VOLATILE = /^(snapshot|samples:turn|centre|switches|settings|edge|gateway|worker|tuned)|:called$/

/** @param input of the sale under attack; 10 units, open now, by default. */
export async function openAttackedShop(input?: Partial<SaleInput>): Promise<AttackedShop> {
  const shop = await openShop(borrowStack())
  const door = shop.at.ports.flash
  const ownSale = await shop.sell(input)

  const send: AttackedShop['send'] = (method, path, headers = {}, body) =>
    call(door, method, path, { headers, ...(body === undefined ? {} : { body }) })

  /** Until everybody who came in has an order, or only stands by. */
  const settle = (sale: number) =>
    eventually(async () => {
      const { card, flight } = saleKeys(sale)
      const fields = await shop.redis.hmget(card, 'flying', 'waiting', 'left')
      const [flying, waiting, left] = fields.map(Number) as [number, number, number]
      const unrecorded = await shop.redis.hlen(flight)
      return flying + unrecorded === 0 && (waiting === 0 || left === 0)
    })

  const books: AttackedShop['books'] = async (sale = ownSale) => {
    await settle(sale)
    const rows = await Promise.all([
      ...TABLES.map((table) =>
        select(shop.mysql, `SELECT * FROM ${table} WHERE sale_id = ? ORDER BY 1, 2`, [sale]),
      ),
      select(shop.mysql, 'SELECT * FROM sales WHERE id = ?', [sale]),
    ])
    const ours = `sale:{${sale}}`
    const keys = (await shop.redis.keys('*'))
      .filter((key) => !VOLATILE.test(key) && (!key.startsWith('sale:{') || key.startsWith(ours)))
      .sort()
    return { rows, keys, held: await Promise.all(keys.map((key) => contentOf(shop, key))) }
  }

  return {
    ...shop,
    door,
    sale: ownSale,
    send,
    books,
    as: (buyer) => ({ authorization: `Bearer ${shop.token(buyer)}`, 'content-type': 'application/json' }),
    refuses: async (attack, code) => {
      const before = await books()
      expectRefused(await attack(), code)
      expect(await books()).toEqual(before)
    },
    honest: async (buyer, sale = ownSale) => {
      const clicked = await click(door, sale, shop.token(buyer))
      expect([clicked.status, clicked.json.code]).toEqual([202, undefined])
      const { ticket, number } = clicked.json as { ticket: string; number: number }
      await eventually(async () => (await shop.orders(sale)).some((order) => order.number === number))
      await eventually(async () => {
        const { json } = await send('GET', `/api/tickets/${ticket}`, shopHeaders(shop, buyer))
        return json.state === 'awaiting_payment'
      })
      return { ticket, order: `${sale}-${number}` }
    },
  }
}

const shopHeaders = (shop: Shop, buyer: string) => ({ authorization: `Bearer ${shop.token(buyer)}` })

export function expectRefused(answer: Answer, code: ErrorCode): void {
  expect([answer.status, answer.json?.code]).toEqual([ERRORS[code].status, code])
  expect(answer.headers['content-type']).toBe('application/problem+json')
  const { status } = ERRORS[code]
  if (status === 429 || status === 503) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
}

async function contentOf({ redis }: Shop, key: string): Promise<unknown> {
  const type = await redis.type(key)
  if (type === 'zset') return redis.zrange(key, '0', '-1', 'WITHSCORES')
  if (type === 'hash') {
    // `due`, `hungry` and `reach` are the clock of the release, which goes on while people wait.
    const { due, hungry, reach, reach_at, ...fields } = await redis.hgetall(key)
    return fields
  }
  return type
}

/** Resident memory of the stack's gateways and of its nginx with all workers, in MB. */
export async function memoryOf(shop: AttackedShop): Promise<{ gateways: number; nginx: number }> {
  const sum = { gateways: 0, nginx: 0 }
  for (const { role, pid } of readRecord(shop.at.dir)?.processes ?? []) {
    if (role === 'gateway') sum.gateways += await residentMb(pid)
    if (role === 'nginx') sum.nginx += await nginxMb(pid)
  }
  return sum
}

/** Resident memory of an nginx and its workers, MB. */
export async function nginxMb(pid: number): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(/\s+/)
  let sum = await residentMb(pid)
  for (const child of children) if (child !== '') sum += await residentMb(Number(child))
  return sum
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}

/** One value of the door's metrics; `name` with its labels, as Prometheus shows it. */
export async function metricOf(ops: number, name: string): Promise<number> {
  const { text } = await call(ops, 'GET', '/metrics')
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1))
}
