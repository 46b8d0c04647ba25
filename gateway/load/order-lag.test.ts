import { expect, test } from 'vitest'
import { createOrderLag } from './order-lag.ts'

test('the time since the oldest ticket on its way was released', () => {
  const lag = createOrderLag()
  expect(lag.ms(0)).toBe(0)
  lag.note(1, 0, 0, 1_000)
  lag.note(1, 10, 10, 2_000)
  lag.note(1, 10, 10, 2_500)
  expect(lag.ms(2_500)).toBe(500)
  lag.note(1, 20, 15, 3_000)
  expect(lag.ms(3_000)).toBe(1_000)
  lag.note(1, 20, 10, 4_000)
  expect(lag.ms(4_000)).toBe(1_000)
  lag.note(1, 20, 0, 4_500)
  expect(lag.ms(4_500)).toBe(0)
})

test('the slowest sale counts; one that is not seen any more does not; a new epoch begins anew', () => {
  const lag = createOrderLag()
  lag.note(1, 5, 5, 0)
  lag.note(2, 5, 5, 3_000)
  lag.note(1, 5, 5, 4_000)
  lag.note(2, 5, 5, 4_000)
  expect(lag.ms(4_000)).toBe(4_000)
  lag.note(2, 5, 5, 6_500)
  expect(lag.ms(6_500)).toBe(3_500)
  lag.note(2, 1, 1, 7_000)
  lag.note(2, 1, 1, 7_500)
  expect(lag.ms(7_500)).toBe(500)
})

test('while another gateway looks at the cards, it does not grow by itself', () => {
  const lag = createOrderLag()
  lag.note(1, 7, 1, 1_000)
  lag.note(1, 7, 1, 1_100)
  expect(lag.ms(2_900)).toBe(100)
  expect(lag.ms(3_200)).toBe(0)
})
