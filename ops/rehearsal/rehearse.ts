import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../../contract/errors.ts'
import { REHEARSAL_TURN } from '../../contract/keys.ts'
import { readSale } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import type { TokenKey } from '../../platform/signing-keys.ts'
import { type By, PROGRAM } from '../actions/by.ts'
import { recordAction } from '../actions/record-action.ts'
import { auditSale } from '../audit/audit-sale.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import type { Check } from './check.ts'
import { checkSale } from './check-sale.ts'
import type { RehearsalStores } from './check-surroundings.ts'
import { startCrowd } from './crowd.ts'
import { judgeRehearsal } from './judge.ts'
import type { CrowdTally, RateStep, RehearsalReport } from './report.ts'
import { searchRate } from './search-rate.ts'
import { closeShadow, listLeftShadows, openShadow, removeShadow, setRate } from './shadow-sale.ts'

export interface RehearsalOptions {
  buyers: number
  /** How long the crowd may take in all. */
  seconds: number
  /** Signs the buyers' tokens. */
  token: TokenKey
  /** Ends it early; whatever was opened is closed. */
  signal: AbortSignal
  onProgress?: (says: string) => void
}

export const BUYERS = { normal: 1_000, most: 20_000 }
export const SECONDS = { normal: 60, most: 300 }

/**
 * Rehearses a sale: looks at everything that has to be right, then sells a shadow stock to simulated buyers through every
 * door, ever faster, and says go or no-go. The real sale is not touched. One rehearsal at a time, whoever starts it.
 * Throws Problem `unknown_sale`, or `conflict` while another one runs.
 */
export async function rehearse(
  stores: RehearsalStores,
  id: number,
  options: RehearsalOptions,
  by: By = PROGRAM,
): Promise<RehearsalReport> {
  const sale = await readSale(stores.mysql, id)
  if (!sale || sale.rehearsalOf !== undefined) throw unknownSale(id)
  // Longer than it can take: one whose process was killed frees the turn by itself.
  const turnMs = (options.seconds + 60) * 1_000
  if ((await stores.redis.set(REHEARSAL_TURN, String(id), 'PX', turnMs, 'NX')) !== 'OK') {
    throw new Problem('conflict', { detail: 'another rehearsal is running: wait for it, or cancel it' })
  }
  try {
    for (const left of await listLeftShadows(stores.mysql)) await removeShadow(stores, left).catch(() => {})
    const report = await run(stores, sale, options)
    await recordAction(stores.mysql, { ...by, action: 'sale.rehearse', sale: id, after: report })
    return report
  } finally {
    await stores.redis.del(REHEARSAL_TURN)
  }
}

interface Played {
  steps: RateStep[]
  crowd: CrowdTally | null
  checks: Check[]
}

async function run(stores: RehearsalStores, sale: Sale, options: RehearsalOptions): Promise<RehearsalReport> {
  const began = Date.now()
  const say = options.onProgress ?? (() => {})
  say('looks at the doors, pages, books and settings')
  const checks = await checkSale(stores, sale)
  // What is down can not be rehearsed: the crowd would only tell the same, later.
  const blocked = checks.filter(
    ({ name, verdict }) => verdict === 'no' && /^(door|gateways|workers)/.test(name),
  )
  const played = blocked.length > 0 ? undefined : await play(stores, sale, options, say)
  return judgeRehearsal(sale, began, checks, played)
}

/** Sells the shadow stock. Whatever happens, the shadow sale is closed, and removed where nothing is on its way. */
async function play(
  stores: RehearsalStores,
  sale: Sale,
  { buyers, seconds, token, signal: cancelled }: RehearsalOptions,
  say: (text: string) => void,
): Promise<Played> {
  const signal = AbortSignal.any([cancelled, AbortSignal.timeout(seconds * 1_000)])
  const { id } = await openShadow(stores, sale, buyers)
  let settled = false
  try {
    say(`${buyers} buyers click`)
    const crowd = startCrowd({ doors: stores.doors ?? [], sale: id, buyers, token, signal })
    await crowd.joined
    say(`${crowd.tally().tickets} buyers have their places; the release is tried`)
    const steps = await searchRate(stores, id, (step) => say(tellStep(step)), signal).catch(
      unlessAborted(signal),
    )
    const safe = steps.filter(({ problem }) => problem === undefined).at(-1)?.asked ?? 50
    if (!signal.aborted) await setRate(stores, id, safe)
    say('the rest of the line is served')
    await crowd.done
    await closeShadow(stores, id)
    const checks = await proveShadow(stores, id, crowd.tally())
    settled = checks.every(({ verdict }) => verdict === 'ok')
    return { steps, crowd: crowd.tally(), checks }
  } finally {
    await closeShadow(stores, id).catch(() => {})
    if (settled) await removeShadow(stores, id)
  }
}

const tellStep = ({ asked, released, lagP99Ms, problem }: RateStep): string =>
  `${asked} a second: ${released} came through, p99 ${lagP99Ms} ms${problem ? `; ${problem}` : ''}`

const unlessAborted =
  (signal: AbortSignal) =>
  (error: unknown): RateStep[] => {
    if (signal.aborted) return []
    throw error
  }

const SETTLE_MS = 10_000

/** The books of the shadow sale: every ticket has its order, and nothing is left over. */
async function proveShadow(stores: RehearsalStores, id: number, crowd: CrowdTally): Promise<Check[]> {
  for (const until = Date.now() + SETTLE_MS; ; ) {
    const { audit } = (await auditSale(stores, id))!
    const open = audit.waiting + audit.inFlight
    if (open > 0 && Date.now() < until) {
      await sleep(500)
      continue
    }
    const proof = `${crowd.tickets} tickets, ${audit.sold} units sold of ${audit.stock}, ${open} tickets open`
    return [
      audit.ok
        ? { name: 'shadow books', verdict: 'ok', says: `right: ${proof}` }
        : { name: 'shadow books', verdict: 'no', says: audit.problems.join('; ') },
      audit.sold === crowd.tickets && open === 0
        ? { name: 'nobody lost', verdict: 'ok', says: 'every ticket became an order' }
        : { name: 'nobody lost', verdict: 'no', says: proof },
    ]
  }
}
