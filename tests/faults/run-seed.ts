import { setTimeout as sleep } from 'node:timers/promises'
import { stepPhase } from '../../ops/sales/change-phase.ts'
import { auditUntilGood, untilNoneOpen, untilSettled } from './at-rest.ts'
import { gatherCrowd } from './crowd.ts'
import { type Evidence, readCharges, readOrders, readRefusals } from './evidence.ts'
import type { FaultStack } from './fault-stack.ts'
import { isUnderWay, type Scene } from './faults/fault.ts'
import type { Problem } from './model/problem.ts'
import { judge } from './model.ts'
import { patiently } from './patiently.ts'
import type { Plan } from './plan.ts'
import { createProbe, type Probe } from './probe.ts'
import { openDesk } from './receipts.ts'
import { behave, hurry, sell } from './shop-steps.ts'
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
  await patiently(() => behave(at, plan.provider))
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

  await patiently(() => behave(at, {}))
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
    charges: await patiently(() => readCharges(at.stack, sale)),
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

async function untilUnderWay(scene: Scene, work: Parameters<typeof isUnderWay>[1]): Promise<boolean> {
  for (const deadline = Date.now() + WORK_WITHIN_MS[work]; Date.now() < deadline; await sleep(5))
    if (await isUnderWay(scene, work)) return true
  return false
}
