import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { spreadSettings } from '../../contract/preload.ts'
import { readSale } from '../../contract/sales.ts'
import { type Audit, auditSale } from '../../ops/audit/audit-sale.ts'
import { stepPhase } from '../../ops/change-phase.ts'
import { createSale } from '../../ops/create-sale.ts'
import { publishSale } from '../../ops/publish-sale.ts'
import { type Pool, select } from '../../platform/mysql.ts'
import { type Crowd, gatherCrowd } from './crowd.ts'
import { type Evidence, readCharges, readOrders, readRefusals } from './evidence.ts'
import type { FaultStack } from './fault-stack.ts'
import { isUnderWay, type Scene } from './faults/fault.ts'
import { judge, type Problem } from './model.ts'
import type { Plan } from './plan.ts'
import { createProbe, type Probe } from './probe.ts'
import { openDesk } from './receipts.ts'
import { watchUnits } from './watch.ts'

export interface SeedResult {
  plan: Plan
  problems: Problem[]
  /** In the order of the plan. */
  strikes: { fault: string; hit: boolean; recoveryMs: number | undefined }[]
  evidence: Evidence
  tookMs: number
}

/** How long buyers of a wave take to come, and how long a fault waits for work to strike at. */
const WAVE_MS = 1_500
const WORK_WITHIN_MS = {
  flight: 4_000,
  questions: 4_000,
  payments: 6_000,
  'questions to the provider': 15_000,
}

/** How long things are waited for that should come about. */
export interface Patience {
  recoveryMs: number
  /** A payment that the provider never heard of is waited for a minute (OPENING_MS); then all must be at rest. */
  settleMs: number
  finalsMs: number
  /** Reconciliation compares for some rounds before it repairs what nobody asks for; so long the audit may be red. */
  auditMs: number
}
const PATIENCE: Patience = { recoveryMs: 45_000, settleMs: 110_000, finalsMs: 30_000, auditMs: 20_000 }

/** Opens a sale that the probe buys from; one for a whole run. */
export async function openProbe(at: FaultStack): Promise<Probe> {
  const id = await sell(at, {
    stock: 1_000_000,
    standby: 0,
    release: 'auto',
    payWithinS: 3_600,
    deduct: 'order',
  })
  return createProbe(deskOf(at), id)
}

/** Lives one seed through: its sale, its buyers, its faults, until everything is at rest; then judges. */
export async function runSeed(
  at: FaultStack,
  plan: Plan,
  probe: Probe,
  patience = PATIENCE,
): Promise<SeedResult> {
  const began = Date.now()
  await behave(at, plan.provider)
  const sale = await sell(at, plan)
  const desk = deskOf(at)
  const crowd = gatherCrowd(desk, sale)
  const watch = watchUnits(at.mysql, sale)
  const scene: Scene = { at, sale, desk, crowd, random: plan.random }

  const strikes: SeedResult['strikes'] = []
  for (const [i, fault] of plan.faults.entries()) {
    await fault.prepare?.(scene)
    crowd.send(plan.waves[i] ?? [], WAVE_MS)
    await sleep(plan.random.whole(100, WAVE_MS))
    const underWay = await untilUnderWay(scene, fault.work)
    const { from, hit = true } = await fault.strike(scene)
    const recoveryMs = await probe.recovery(from, patience.recoveryMs)
    strikes.push({ fault: fault.name, hit: underWay && hit, recoveryMs })
  }

  await behave(at, {})
  await hurry(at, sale)
  const settled = await untilSettled(at.mysql, sale, crowd, plan.stock, patience.settleMs)
  const unserved = crowd.unserved()
  await crowd.close()
  await patiently(() => stepPhase({ mysql: at.mysql, redis: at.redis }, sale, 'close'))
  await untilNoneOpen(at.mysql, sale, patience.settleMs)
  await crowd.hearFinals(patience.finalsMs)

  const audit = await auditUntilGood(at, sale, patience.auditMs)
  const evidence: Evidence = {
    ...{ sale, stock: plan.stock, receipts: desk.receipts, unserved, settled },
    seen: await watch.stop(),
    orders: await readOrders(at.mysql, sale),
    refusals: await readRefusals(at.mysql, sale),
    charges: await readCharges(at.stack, sale),
    recoveries: strikes.map(({ fault, recoveryMs: ms }) => ({ fault, ms })),
    audit,
  }
  await desk.close()
  return { plan, problems: judge(evidence), strikes, evidence, tookMs: Date.now() - began }
}

const deskOf = ({ stack: { ports, secrets } }: FaultStack) =>
  openDesk({
    door: `http://127.0.0.1:${ports.flash}`,
    jwtSecret: secrets.jwt,
    provider: { url: `http://127.0.0.1:${ports.sandbox}`, key: secrets.paymentKey },
  })

async function sell(
  { mysql, redis, stack }: FaultStack,
  plan: Pick<Plan, 'stock' | 'standby' | 'release' | 'payWithinS' | 'deduct'>,
): Promise<number> {
  const stores = { mysql, redis, www: stack.env.SLUICE_WWW }
  const { stock, standby, release, payWithinS, deduct } = plan
  const input = { title: 'an umbrella', priceCents: 990, stock, standby, release, payWithinS, deduct }
  const held = deduct === 'hold' ? { holdS: 3 } : {}
  const { id } = await createSale(stores, { ...input, ...held }, { draft: true })
  await patiently(() => publishSale(stores, id))
  await untilSeen(stack.ports.flash, id)
  return id
}

/** Waits until the door knows the sale: it learns of a new one with the next snapshot. */
async function untilSeen(port: number, sale: number): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(50)) {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/api/sales`)
    const list = (await body.json()) as { id: number }[]
    if (statusCode === 200 && list.some(({ id }) => id === sale)) return
  }
  throw new Error(`the door does not know sale ${sale}`)
}

async function behave({ stack: { ports, secrets } }: FaultStack, to: object): Promise<void> {
  const good = {
    webhookDelayMs: [0, 0],
    webhookRepeat: 0,
    webhookReorder: false,
    failRate: 0,
    failAfterRate: 0,
  }
  const { statusCode, body } = await request(`http://127.0.0.1:${ports.sandbox}/sandbox/behaviour`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secrets.paymentKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...good, ...to }),
  })
  if (statusCode !== 200) throw new Error(`the sandbox refuses its behaviour: ${await body.text()}`)
  await body.dump()
}

async function untilUnderWay(scene: Scene, work: Parameters<typeof isUnderWay>[1]): Promise<boolean> {
  for (const deadline = Date.now() + WORK_WITHIN_MS[work]; Date.now() < deadline; await sleep(5))
    if (await isUnderWay(scene, work)) return true
  return false
}

/** The line was slow, so that every fault found work in it; now it may be fast. */
async function hurry({ mysql, redis }: FaultStack, sale: number): Promise<void> {
  await mysql.query('UPDATE sales SET release_batch = 20, release_every_ms = 100 WHERE id = ?', [sale])
  const changed = await readSale(mysql, sale)
  if (changed) await patiently(() => spreadSettings(redis, changed))
}

/** All units are paid, or nobody is left who wants one; and no order is open. */
async function untilSettled(
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

async function untilNoneOpen(mysql: Pool, sale: number, withinMs: number): Promise<void> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(200))
    if ((await countOrders(mysql, sale)).open === 0) return
}

async function auditUntilGood(
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

/** Our own steps wait for a store that is just coming back. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === 20) throw error
      await sleep(500)
    }
  }
}
