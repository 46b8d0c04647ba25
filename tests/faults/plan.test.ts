import { expect, test } from 'vitest'
import { ALL_FAULTS } from './faults/all.ts'
import { describePlan, makePlan, SEEDS_FOR_ALL } from './plan.ts'

test('a seed always plans the same, and others plan otherwise', () => {
  const told = (seed: number) => {
    const { random: _, ...plan } = makePlan(seed)
    return JSON.stringify(plan)
  }
  for (const seed of [0, 7, 4_711]) expect(told(seed)).toBe(told(seed))
  expect(new Set(Array.from({ length: 50 }, (_, seed) => told(seed))).size).toBe(50)
})

test('a block of seeds meets every fault, and 20 seeds every demand', () => {
  const plans = Array.from({ length: 20 }, (_, seed) => makePlan(seed))
  expect(SEEDS_FOR_ALL).toBeLessThanOrEqual(20)
  const met = new Set(plans.flatMap(({ faults }) => faults.map(({ name }) => name)))
  expect(ALL_FAULTS.filter(({ name }) => !met.has(name))).toEqual([])
  expect([...new Set(plans.map(({ demand }) => demand))].sort((a, b) => a - b)).toEqual([0.5, 1, 1.2, 8])
})

test('every buyer of a plan comes once', () => {
  for (let seed = 0; seed < 20; seed++) {
    const plan = makePlan(seed)
    const names = plan.waves.flat().map(({ name }) => name)
    expect(new Set(names).size, describePlan(plan)).toBe(Math.round(plan.demand * plan.stock))
  }
})
