import { expect, test } from 'vitest'
import { createRates, type Reading } from './rates.ts'

const reading = (at: number, clicks: number, began = 0): Reading => ({ at, began, counts: { clicks } })
const of = (...readings: [string, Reading][]) => new Map(readings)

test('what several reporters count adds up, each by its own clock', () => {
  const rates = createRates()
  rates.note(of(['a', reading(10_000, 100)], ['b', reading(10_400, 1_000)]), 10_500)
  rates.note(of(['a', reading(11_000, 150)], ['b', reading(12_400, 1_400)]), 12_500)
  expect(rates.perSecond(12_500)).toEqual({ clicks: 50 + 200 })
})

test('the first reading of a reporter that runs for long says nothing; that of a new one counts from its 0', () => {
  const rates = createRates()
  rates.note(of(['old', reading(100_000, 5_000)]), 100_000)
  expect(rates.perSecond(100_000)).toBeUndefined()
  const others = createRates()
  others.note(of(['new', reading(100_000, 500, 99_000)]), 100_000)
  expect(others.perSecond(100_000)).toEqual({ clicks: 500 })
})

test('a reporter that begins anew makes no negative rate, and no leap where it has counted past its old self', () => {
  for (const clicks of [30, 30_000]) {
    const rates = createRates()
    rates.note(of(['a', reading(100_000, 9_000)]), 100_000)
    rates.note(of(['a', reading(101_000, 9_100)]), 101_000)
    // Away for a while, then back with other counts.
    rates.note(of(['a', reading(110_000, clicks, 104_000)]), 110_000)
    expect(rates.perSecond(110_000)).toBeUndefined()
    rates.note(of(['a', reading(111_000, clicks + 40, 104_000)]), 111_000)
    expect(rates.perSecond(111_000)).toEqual({ clicks: 40 })
  }
})

test('counts that sink without a new beginning are not believed', () => {
  const rates = createRates()
  rates.note(of(['a', reading(100_000, 9_000)]), 100_000)
  rates.note(of(['a', reading(101_000, 100)]), 101_000)
  expect(rates.perSecond(101_000)).toBeUndefined()
})

test('one that is silent makes the sum unknown; once it is gone, the others count on', () => {
  const rates = createRates()
  const a = (at: number) => reading(at, at / 10)
  for (const at of [10_000, 11_000]) rates.note(of(['a', a(at)], ['b', a(at)]), at)
  expect(rates.perSecond(11_000)).toEqual({ clicks: 200 })
  const dead = a(11_000)
  for (const at of [12_000, 13_000, 14_000]) rates.note(of(['a', a(at)], ['b', dead]), at)
  expect(rates.perSecond(14_000)).toBeUndefined()
  rates.note(of(['a', a(15_000)]), 15_000)
  expect(rates.perSecond(15_000)).toEqual({ clicks: 100 })
})

test('a report read twice is one reading; nobody there is no rate', () => {
  const rates = createRates()
  expect(rates.perSecond(0)).toBeUndefined()
  rates.note(of(['a', reading(10_000, 100)]), 10_000)
  rates.note(of(['a', reading(11_000, 180)]), 11_000)
  rates.note(of(['a', reading(11_000, 180)]), 11_900)
  expect(rates.perSecond(11_900)).toEqual({ clicks: 80 })
})
