import { expect, test } from 'vitest'
import type { RehearsalReport } from '../../../contract/console/rehearsal.ts'
import type { ShownSale } from '../../../contract/console/sale.ts'
import { statesOf } from './steps.ts'

const sale = (phase: ShownSale['phase'], { paid = 0 } = {}) => {
  const [opensAt, closesAt] = [1_000, 2_000].map((ms) => new Date(ms).toISOString())
  return { phase, stock: 10, paid, opensAt, closesAt } as ShownSale
}
const told = (go: boolean) => ({ go }) as RehearsalReport
const nowOf = (...args: Parameters<typeof statesOf>) =>
  Object.entries(statesOf(...args))
    .filter(([, state]) => state === 'now')
    .map(([step]) => step)

const course: [string, ShownSale, RehearsalReport | undefined, number, string][] = [
  ['a draft is to be published', sale('draft'), undefined, 0, 'publish'],
  ['a published sale is to be rehearsed', sale('published'), undefined, 0, 'rehearse'],
  ['after a no-go, again', sale('published'), told(false), 0, 'rehearse'],
  ['after a go it opens', sale('published'), told(true), 0, 'open'],
  ['once open it sells, rehearsed or not', sale('published'), undefined, 1_500, 'sell'],
  ['ended, it is settled', sale('published'), told(true), 2_000, 'settle'],
  ['closed early, too', sale('closed'), told(true), 1_500, 'settle'],
  ['sold out, it may be settled', sale('published', { paid: 10 }), told(true), 1_500, 'settle'],
]
test.each(course)('%s', (_, one, report, at, step) => {
  expect(nowOf(one, report, at)).toEqual([step])
})

test('settled, nothing is left to do, and a rehearsal that never was is skipped', () => {
  const states = statesOf(sale('settled'), undefined, 3_000)
  expect(states).toMatchObject({ rehearse: 'skipped', settle: 'done', evidence: 'done' })
})
