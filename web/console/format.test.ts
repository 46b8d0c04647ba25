import { expect, test } from 'vitest'
import { clock, inUtc, minute } from './format.ts'

const at = Date.UTC(2026, 10, 21, 6, 21, 30)

test('where the operator’s clock shows UTC, the time is said once', () => {
  expect(inUtc(at, clock, 'UTC')).toBe('UTC')
  expect(inUtc(at, clock, 'Africa/Abidjan')).toBe('UTC')
  expect(inUtc(at, clock, 'Europe/Berlin')).toBe('06:21:30 UTC')
  // In summer London is an hour ahead, in winter not.
  expect(inUtc(at, minute, 'Europe/London')).toBe('UTC')
  expect(inUtc(Date.UTC(2026, 6, 21, 6, 21), minute, 'Europe/London')).toBe('06:21 UTC')
})
