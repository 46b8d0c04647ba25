import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Audit } from '../contract/console/audit.ts'
import { signToken } from '../contract/token.ts'
import { createSale } from '../ops/sales/create-sale.ts'
import type { SaleInput } from '../ops/sales/sale-input.ts'
import { connectMysql, type Pool, select } from '../platform/mysql.ts'
import { connectRedis, type Redis } from '../platform/redis.ts'
import { ROOT } from '../platform/root.ts'
import { ROLES, type Stack, type StackOptions } from '../stack/stack.ts'
import { startStack } from '../stack/start-stack.ts'

/** Where a running stack is: plain data, so that test files in other processes can have it. */
export type StackAddress = Pick<Stack, 'dir' | 'urls' | 'ports' | 'secrets' | 'env' | 'console'>

/** A console costs a process: only those have one who use it. */
const WITHOUT_CONSOLE = ROLES.filter((role) => role !== 'console')

/** A whole stack, but the console, of one's own in a temporary folder. `stop` ends it and removes the folder. */
export async function lendStack(options: Omit<StackOptions, 'dir'> = {}): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'lent-stack-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const stack = await startStack({ roles: WITHOUT_CONSOLE, ...options, dir: join(folder, 'run') })
    const stop = async () => {
      await stack.stop()
      await remove()
    }
    return { ...stack, stop }
  } catch (error) {
    await remove()
    throw error
  }
}

export interface OrderRow {
  number: number
  buyer: string
  quantity: number
  amount_cents: number
  currency: string
  state: string
  pay_by: Date
  released_at: Date
  created_at: Date
}

/** What a test does with a stack, besides clicking: open a sale, sign a token, run a command, read the rows. */
export interface Shop {
  at: StackAddress
  mysql: Pool
  redis: Redis
  /** A new sale, open now unless said otherwise. */
  sell: (input?: Partial<SaleInput>) => Promise<number>
  token: (buyer: string, ttlS?: number) => string
  /** Runs the real command line; `json` is what it printed. */
  sluice: (...args: string[]) => Promise<{ code: number; json: unknown; stderr: string }>
  audit: (sale: number) => Promise<{ code: number; audit: Audit }>
  /** A sale's orders by ticket number. */
  orders: (sale: number) => Promise<OrderRow[]>
  refusals: (sale: number) => Promise<{ number: number; buyer: string; state: string }[]>
  close: () => Promise<void>
}

/** Connects to a running stack. */
export async function openShop(at: StackAddress): Promise<Shop> {
  const mysql = connectMysql(at.urls.mysql, { connections: 2 })
  const redis = connectRedis(at.urls.redis, 'test')
  redis.on('error', () => {})
  await redis.connect()
  const www = at.env.SLUICE_WWW

  const sluice: Shop['sluice'] = (...args) =>
    new Promise((resolve, reject) => {
      const program = join(ROOT, 'dist', 'ops', 'sluice.js')
      const env = { PATH: process.env.PATH, ...at.env }
      execFile(process.execPath, [program, ...args, '--json'], { env }, (error, stdout, stderr) => {
        const code = error ? error.code : 0
        if (typeof code !== 'number' || stdout === '') reject(error ?? new Error(`no answer: ${stderr}`))
        else resolve({ code, json: JSON.parse(stdout), stderr })
      })
    })

  return {
    at,
    mysql,
    redis,
    sluice,
    sell: async (input) => {
      const sale = { title: 'an umbrella', stock: 10, priceCents: 990, opensAt: Date.now() - 1000, ...input }
      const { id } = await createSale({ mysql, redis, www }, sale)
      await untilSeen(at, id)
      return id
    },
    token: (buyer, ttlS = 3600) => signToken(at.secrets.jwt, buyer, Math.floor(Date.now() / 1000) + ttlS),
    audit: async (sale) => {
      const { code, json } = await sluice('audit', String(sale))
      return { code, audit: json as Audit }
    },
    orders: (sale) => select(mysql, 'SELECT * FROM orders WHERE sale_id = ? ORDER BY number', [sale]),
    refusals: (sale) => select(mysql, 'SELECT * FROM refusals WHERE sale_id = ? ORDER BY number', [sale]),
    close: async () => {
      if (redis.status === 'end') return
      redis.disconnect()
      await mysql.end()
    },
  }
}

/** Waits until the door knows the sale: it learns of a new one with the next snapshot. */
async function untilSeen(at: StackAddress, sale: number): Promise<void> {
  const address = `http://127.0.0.1:${at.ports.flash}/api/sales`
  for (const deadline = Date.now() + 10_000; ; ) {
    const list = (await (await fetch(address)).json().catch(() => [])) as { id: number }[]
    if (Array.isArray(list) && list.some(({ id }) => id === sale)) return
    if (Date.now() > deadline) throw new Error(`the door does not know sale ${sale} after 10 s`)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}
