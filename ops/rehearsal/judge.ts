import type { Check, CrowdTally, RateStep, RehearsalReport } from '../../contract/console/rehearsal.ts'
import type { Sale } from '../../contract/words.ts'
import { ok, warn } from './check.ts'
import { LIMITS, MARGIN } from './limits.ts'
import type { Played } from './played.ts'

/** Go or no-go, of all that was seen. `played` is undefined where the crowd was not let in, since something is down. */
export function judgeRehearsal(
  sale: Sale,
  began: number,
  looked: Check[],
  played: Played | undefined,
): RehearsalReport {
  const { steps = [], crowd = null } = played ?? {}
  const highest = steps.filter(({ problem }) => problem === undefined).at(-1)?.asked ?? null
  const advised = highest === null ? null : Math.floor(MARGIN * highest)
  const own = sale.release === 'auto' ? null : (1_000 * sale.release.batch) / sale.release.everyMs
  const checks = [
    ...looked,
    ...(played?.checks ?? [skipped]),
    ...(crowd === null ? [] : [judgeCrowd(crowd)]),
    ...(played === undefined ? [] : [judgeRate(steps, own, advised), tellNotTried(played)]),
  ]
  const seconds = (rate: number | null): number | null =>
    rate === null ? null : Math.ceil(sale.stock / rate)
  return {
    ...{ sale: sale.id, at: new Date(began).toISOString(), tookMs: Date.now() - began },
    go: checks.every(({ verdict }) => verdict !== 'no'),
    ...{ checks, steps, crowd, highest, advised, takesS: { advised: seconds(advised), own: seconds(own) } },
    limits: LIMITS,
  }
}

const skipped: Check = {
  name: 'crowd',
  verdict: 'no',
  says: 'was not let in: first what is down must be up',
}

function judgeCrowd({ buyers, tickets, orders, paid, unpaid, errors }: CrowdTally): Check {
  const wrong = Object.entries(errors)
  const total = wrong.reduce((sum, [, n]) => sum + n, 0)
  if (total > LIMITS.errors) {
    return { name: 'crowd', verdict: 'no', says: wrong.map(([what, n]) => `${n} × ${what}`).join(', ') }
  }
  if (orders < buyers) {
    const says = `${tickets} of ${buyers} buyers got a place and ${orders} saw their order before the time was over`
    return { name: 'crowd', verdict: 'no', says: `${says}: give it more seconds, or fewer buyers` }
  }
  const did = [`${orders} clicked, waited and saw their order`, `${unpaid} let it go`, `${paid} paid`]
  return { name: 'crowd', verdict: 'ok', says: `of ${buyers} buyers ${did.join(', ')}` }
}

/** So that a go is not taken for more than it is. */
function tellNotTried({ steps, crowd, notTried }: Played): Check {
  const last = steps.at(-1)
  const above = last !== undefined && last.problem === undefined ? last.asked : undefined
  const all = [
    ...(above === undefined
      ? []
      : [`more than ${above} a second, since ${crowd?.buyers} buyers were served`]),
    ...notTried,
  ]
  return all.length === 0
    ? ok('not tried', 'nothing of the way of a buyer was left out')
    : warn('not tried', all.join('; '))
}

function judgeRate(steps: RateStep[], own: number | null, advised: number | null): Check {
  const name = 'release rate'
  if (advised === null) {
    return {
      name,
      verdict: 'no',
      says: steps[0]?.problem ?? 'none could be tried: the line was empty too soon',
    }
  }
  const stopped = steps.at(-1)!.problem
  const why = stopped === undefined ? 'as high as so many buyers let it be tried' : `then ${stopped}`
  const says = `${advised} tickets a second are safe (${why})`
  if (own !== null && own > advised) {
    const tried = stopped === undefined ? '; rehearse with more buyers to try it' : ''
    return {
      name,
      verdict: 'no',
      says: `the sale's own ${own} a second is more than is known to hold: ${says}${tried}`,
    }
  }
  return { name, verdict: 'ok', says }
}
