import type { ReleaseRate } from '../../contract/words.ts'
import type { Buyer, Intent } from './buyer.ts'
import { ALL_FAULTS } from './faults/all.ts'
import type { Fault } from './faults/fault.ts'
import { createRandom, type Random } from './random.ts'

/** Everything that a seed decides. Demand and standby are in units of the stock. */
export interface Plan {
  seed: number
  demand: number
  stock: number
  standby: number
  release: ReleaseRate
  payWithinS: number
  deduct: 'order' | 'payment' | 'hold'
  /** Each wave of buyers meets the fault of the same place. */
  waves: Buyer[][]
  faults: Fault[]
  /** How the payment provider behaves meanwhile (see sandbox/behaviour.ts). */
  provider: Record<string, unknown>
  random: Random
}

const FAULTS_A_SEED = 3
const DEMANDS = [0.5, 1, 1.2, 8]

/** So many seeds in a row, from a multiple of it on, meet every fault once. */
export const SEEDS_FOR_ALL = Math.ceil(ALL_FAULTS.length / FAULTS_A_SEED)

/** The faults of a seed: each block of seeds deals all of them out, in an order of its own. */
function faultsOf(seed: number): Fault[] {
  const dealt = createRandom(Math.floor(seed / SEEDS_FOR_ALL) + 77_000).shuffle(ALL_FAULTS)
  const place = seed % SEEDS_FOR_ALL
  return dealt.filter((_, i) => i % SEEDS_FOR_ALL === place)
}

export function makePlan(seed: number, faults = faultsOf(seed)): Plan {
  const random = createRandom(seed)
  const demand = random.pick(DEMANDS)
  const stock = demand > 2 ? random.whole(20, 40) : random.whole(40, 100)
  const batch = random.whole(1, 4)
  const never = demand > 2 ? random.pick([0, 0.1]) : random.pick([0, 0.15, 0.3])
  const buyers = Array.from({ length: Math.round(demand * stock) }, (_, i): Buyer => {
    const intent = intentOf(random, never)
    return { name: `b${seed}-${i + 1}`, intent, tabs: random.next() < 0.05 ? 2 : 1 }
  })
  const size = Math.ceil(buyers.length / faults.length)
  const waves = faults.map((_, i) => buyers.slice(i * size, (i + 1) * size))
  const aboutPayments = faults.some(({ work }) => work !== 'flight' && work !== 'questions')
  for (const [i, { work }] of faults.entries())
    if (work === 'questions to the provider')
      for (const buyer of waves[i]!.slice(0, 4)) buyer.intent = 'dither'
  return {
    ...{ seed, demand, stock, waves, faults, random },
    standby: Math.ceil(stock * random.pick([0.2, 0.5])),
    // The stock lasts as long as the faults do, so that each of them finds work under way.
    release: { batch, everyMs: Math.round((batch * 7_000 * faults.length) / stock) },
    // Where the provider is away for a while, buyers shall still be able to pay in time: a payment that it never heard of
    // is kept for a minute.
    payWithinS: aboutPayments ? 8 : random.whole(4, 6),
    deduct: random.pick(['order', 'order', 'order', 'hold', 'payment'] as const),
    provider: {
      seed,
      webhookDelayMs: random.pick([
        [0, 0],
        [0, 300],
        [200, 1_500],
      ]),
      webhookRepeat: random.pick([0, 0, 2]),
      webhookReorder: random.next() < 0.3,
      failRate: random.pick([0, 0, 0.1]),
      failAfterRate: random.pick([0, 0, 0.1]),
    },
  }
}

function intentOf(random: Random, never: number): Intent {
  const roll = random.next()
  if (roll < never) return random.next() < 0.7 ? 'never' : 'dither'
  if (roll < never + 0.04) return 'cancel'
  return roll < never + 0.07 ? 'leave' : 'pay'
}

/** A line about a plan. */
export const describePlan = ({ seed, demand, stock, standby, deduct, faults, waves }: Plan): string =>
  `seed ${seed}: ${waves.flat().length} buyers for ${stock} units (demand ${demand}, standby ${standby}, deducted at ${deduct}); ${faults.map(({ name }) => name).join(', ')}`
