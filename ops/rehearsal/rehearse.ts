import type { RateStep, RehearsalReport } from '../../contract/console/rehearsal.ts'
import { readSale } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import type { TokenKey } from '../../platform/signing-keys.ts'
import { type By, PROGRAM } from '../actions/by.ts'
import { recordAction } from '../actions/record-action.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { checkSale } from './check-sale.ts'
import type { RehearsalStores } from './check-surroundings.ts'
import { startCrowd } from './crowd.ts'
import { findSandbox } from './find-sandbox.ts'
import { judgeRehearsal } from './judge.ts'
import type { Played } from './played.ts'
import { proveShadow } from './prove-shadow.ts'
import { rehearseChallenge } from './rehearse-challenge.ts'
import { searchRate } from './search-rate.ts'
import { closeShadow, openShadow, type Shadow, setRate } from './shadow-sale.ts'
import { endShadow, sweepBefore } from './sweep-shadows.ts'
import { takeTurn } from './take-turn.ts'

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
  const giveBack = await takeTurn(stores.redis)
  try {
    await sweepBefore(stores)
    const report = await run(stores, sale, options)
    await recordAction(stores.mysql, { ...by, action: 'sale.rehearse', sale: id, after: report })
    return report
  } finally {
    await giveBack()
  }
}

/** One of so many buyers stands by, for the units of as many who do not pay. */
const STANDBY_OF = 5

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

/** Sells the shadow stock. Whatever happens, the shadow sale is closed, and removed as soon as nothing is on its way. */
async function play(
  stores: RehearsalStores,
  sale: Sale,
  { buyers, seconds, token, signal: cancelled }: RehearsalOptions,
  say: (text: string) => void,
): Promise<Played> {
  const signal = AbortSignal.any([cancelled, AbortSignal.timeout(seconds * 1_000)])
  const sandbox = await findSandbox(stores.redis, stores.payments)
  const [pays, mayNot] = typeof sandbox === 'string' ? [undefined, sandbox] : [sandbox, undefined]
  if (sale.challenge !== 'none') say(`the challenge is tried (${sale.challenge})`)
  const challenge = await rehearseChallenge(stores, sale, token, signal)
  const standby = Math.floor(buyers / STANDBY_OF)
  const shadow: Shadow = { stock: buyers - standby, standby, challenge: 'none' }
  const { id } = await openShadow(stores, sale, shadow)
  try {
    say(`${buyers} buyers click`)
    const size = { buyers, unpaid: standby, sandbox: pays }
    const crowd = startCrowd({ doors: stores.doors ?? [], sale: id, ...size, token, signal })
    await crowd.joined
    say(`${crowd.tally().tickets} buyers have their places; the release is tried`)
    const steps = await searchRate(stores, id, (step) => say(tellStep(step)), signal).catch(
      unlessAborted(signal),
    )
    const safe = steps.filter(({ problem }) => problem === undefined).at(-1)?.asked ?? 50
    if (!signal.aborted) await setRate(stores, id, safe)
    say(`the rest of the line is served${pays ? ', and pays' : ''}`)
    await crowd.done
    await closeShadow(stores, id)
    const checks = [challenge, ...(await proveShadow(stores, id, shadow, crowd.tally(), pays !== undefined))]
    const notTried = [
      ...(mayNot === undefined ? [] : [`paying, since ${mayNot}`]),
      ...(sale.challenge === 'captcha' ? ['whether people can read the captchas'] : []),
    ]
    return { steps, crowd: crowd.tally(), checks, notTried }
  } finally {
    await endShadow(stores, id).catch(() => {})
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
