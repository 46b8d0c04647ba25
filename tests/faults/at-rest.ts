import { setTimeout as sleep } from 'node:timers/promises'
import type { Audit } from '../../contract/console/audit.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { type Pool, select } from '../../platform/mysql.ts'
import type { Crowd } from './crowd.ts'
import type { FaultStack } from './fault-stack.ts'
import { patiently } from './patiently.ts'

/** All units are paid, or nobody is left who wants one; and no order is open. */
export async function untilSettled(
  mysql: Pool,
  sale: number,
  crowd: Crowd,
  stock: number,
  withinMs: number,
): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(250)) {
    const { open, paid } = await countOrders(mysql, sale)
    if (open === 0 && (paid >= stock || crowd.wanting() === 0)) return true
  }
  return false
}

/** No order may move any more by itself. */
export async function untilNoneOpen(mysql: Pool, sale: number, withinMs: number): Promise<void> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(200))
    if ((await countOrders(mysql, sale)).open === 0) return
}

/** The audit of a sale, the first good one or the last of its time. */
export async function auditUntilGood(
  { mysql, redis }: FaultStack,
  sale: number,
  withinMs: number,
): Promise<Audit | undefined> {
  for (const deadline = Date.now() + withinMs; ; await sleep(1_000)) {
    const audited = await patiently(() => auditSale({ mysql, redis }, sale))
    if (audited?.audit.ok || Date.now() > deadline) return audited?.audit
  }
}

async function countOrders(mysql: Pool, sale: number): Promise<{ open: number; paid: number }> {
  const [row] = await select<{ open: string | null; paid: string | null }>(
    mysql,
    `SELECT SUM(state IN ('awaiting_payment', 'expiring', 'refunding')) AS open, SUM(state = 'paid') AS paid
     FROM orders WHERE sale_id = ?`,
    [sale],
  ).catch(() => [{ open: '1', paid: '0' }])
  return { open: Number(row?.open ?? 0), paid: Number(row?.paid ?? 0) }
}
