import { expect, test } from 'vitest'
import { bodyOf, centsOf, type Draft, faultsOf, newDraft } from './draft.ts'

const filled = (changes: Partial<Draft> = {}): Draft => ({
  ...newDraft(Date.UTC(2026, 10, 27, 9, 30)),
  ...{ title: 'Phone', stock: '200', price: '199', zone: 'UTC' },
  ...{ opens: '2026-11-27T12:00', closes: '2026-11-27T13:00' },
  ...changes,
})

test.each([
  ['199', 'EUR', 19_900],
  ['199.9', 'EUR', 19_990],
  ['0,05', 'EUR', 5],
  ['1200', 'JPY', 1_200],
  ['1.5', 'KWD', 1_500],
])('%s %s is %i of its smallest units', (price, currency, cents) => {
  expect(centsOf(price, currency)).toBe(cents)
})

test.each([
  ['1.999', 'EUR'],
  ['12.5', 'JPY'],
  ['-1', 'EUR'],
  ['1e3', 'EUR'],
  ['', 'EUR'],
])('%s %s is no price', (price, currency) => expect(centsOf(price, currency)).toBeNaN())

test('a whole form is sent as the API wants it', () => {
  expect(faultsOf(filled())).toEqual({})
  expect(bodyOf(filled({ sku: 'PHONE-1', currency: 'eur', payWithin: '2.5' }))).toMatchObject({
    ...{ title: 'Phone', sku: 'PHONE-1', stock: 200, priceCents: 19_900, currency: 'EUR' },
    ...{ opensAt: '2026-11-27T12:00:00.000Z', closesAt: '2026-11-27T13:00:00.000Z', release: '10/100' },
    ...{ perUser: 1, standby: '20%', challenge: 'none', payWithinS: 150, deduct: 'order', holdS: null },
  })
  const held = filled({ release: 'auto', deduct: 'hold', holdS: '30', payWithin: '45', payUnit: 's' })
  expect(bodyOf(held)).toMatchObject({
    ...{ release: 'auto', deduct: 'hold', holdS: 30, sku: null, payWithinS: 45 },
  })
})

test.each([
  [{ title: '  ' }, 'title'],
  [{ stock: '2.5' }, 'stock'],
  [{ price: 'ten' }, 'priceCents'],
  [{ closes: '2026-11-27T12:00' }, 'closesAt'],
  [{ opens: '2026-03-29T02:30', zone: 'Europe/Berlin' }, 'opensAt'],
  [{ every: '0' }, 'release'],
  [{ standby: 'many' }, 'standby'],
  [{ perUser: '0' }, 'perUser'],
  [{ payWithin: '0' }, 'payWithinS'],
  [{ payWithin: 'soon', payUnit: 's' }, 'payWithinS'],
  [{ deduct: 'hold', holdS: '' }, 'holdS'],
] as [Partial<Draft>, string][])('%o is wrong with %s alone', (changes, field) => {
  expect(Object.keys(faultsOf(filled(changes)))).toEqual([field])
})
