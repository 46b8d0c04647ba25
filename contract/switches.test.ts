import { describe, expect, test } from 'vitest'
import {
  AUTO_MOST,
  LEVELS,
  levelOf,
  NOTHING_SET,
  SWITCH_NAMES,
  SWITCHES,
  type SwitchState,
  valuesOf,
  valueText,
} from './switches.ts'

const set = (all: SwitchState['all'], sales: SwitchState['sales'] = {}): SwitchState => ({
  version: 1,
  all,
  sales,
})

describe('what counts', () => {
  test('nothing is switched by itself', () => {
    for (const name of SWITCH_NAMES) expect(valuesOf(NOTHING_SET, 0)[name]).toBe(SWITCHES[name].normal)
  })

  test('the level, then what is set for all, then what is set for the sale', () => {
    const state = set({ level: 4, cancellations: true }, { 7: { 'read-only': true, 'poll-factor': 2 } })
    expect(valuesOf(state, 0)).toMatchObject({ level: 4, cancellations: true, 'poll-factor': 8, eta: false })
    expect(valuesOf(state, 0, 7)).toMatchObject({ 'read-only': true, 'poll-factor': 2, cancellations: true })
    expect(valuesOf(state, 0, 8)).toEqual(valuesOf(state, 0))
  })

  test('the rules on load: only where they may, only so far, and never below what was set', () => {
    expect(levelOf(NOTHING_SET, 2)).toBe(2)
    expect(levelOf(NOTHING_SET, 6)).toBe(AUTO_MOST)
    expect(levelOf(set({ auto: false }), 2)).toBe(0)
    expect(levelOf(set({ level: 4 }), 2)).toBe(4)
    expect(levelOf(set({ level: 1 }), 2)).toBe(2)
  })

  test('each level takes away what the one before did, and more; no rule takes a right away', () => {
    for (let level = 1; level < LEVELS.length; level++) {
      const [less, more] = [valuesOf(set({ level: level - 1 }), 0), valuesOf(set({ level }), 0)]
      expect(more['poll-factor']).toBeGreaterThanOrEqual(less['poll-factor'])
      for (const name of ['eta', 'cancellations'] as const) expect(less[name] || !more[name]).toBe(true)
      for (const name of ['read-only', 'closed'] as const) expect(!less[name] || more[name]).toBe(true)
    }
    expect(valuesOf(NOTHING_SET, 9)).toMatchObject({
      cancellations: true,
      challenge: true,
      'read-only': false,
      closed: false,
    })
  })
})

test.each([
  ['level', ['0', '6'], ['7', '-1', '1.5', 'x', '']],
  ['auto', ['on', 'off'], ['true', 'ON', '1', 'constructor']],
  ['order-records', ['1', '100'], ['0', '101', '1e2']],
  ['poll-factor', ['1', '20'], ['0', '21', ' 2']],
  ['share', ['auto', '0', '1', '0.25', '.5'], ['1.1', '-0.1', '1e-3', 'NaN', 'all']],
] as const)('%s takes %j and nothing like %j', (name, good, bad) => {
  for (const text of good) expect(SWITCHES[name].read(text), text).toBeDefined()
  for (const text of bad) expect(SWITCHES[name].read(text), text).toBeUndefined()
})

test('a value reads back as it was written', () => {
  for (const name of SWITCH_NAMES)
    expect(SWITCHES[name].read(valueText(SWITCHES[name].normal))).toBe(SWITCHES[name].normal)
})
