import { expect, test } from 'vitest'
import { localOf, momentOf } from './zoned-time.ts'

test.each([
  ['2026-11-27T12:00', 'UTC', '2026-11-27T12:00:00Z'],
  ['2026-11-27T12:00', 'Europe/Berlin', '2026-11-27T11:00:00Z'],
  ['2026-07-27T12:00:30', 'Europe/Berlin', '2026-07-27T10:00:30Z'],
  ['2026-11-27T12:00', 'Asia/Shanghai', '2026-11-27T04:00:00Z'],
  ['2026-11-27T00:15', 'Asia/Kathmandu', '2026-11-26T18:30:00Z'],
  ['2026-11-27T12:00', 'America/Los_Angeles', '2026-11-27T20:00:00Z'],
  // The hour that comes twice: its first time. One that is left out: never.
  ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
])('%s in %s is %s', (local, zone, utc) => {
  expect(new Date(momentOf(local, zone)!).toISOString()).toBe(utc.replace('Z', '.000Z'))
})

test.each([
  ['2026-03-29T02:30', 'Europe/Berlin'],
  ['', 'UTC'],
  ['2026-13-01T00:00', 'UTC'],
  ['tomorrow', 'UTC'],
])('%s in %s is no time', (local, zone) => expect(momentOf(local, zone)).toBeUndefined())

test('a moment is written as it is read', () => {
  for (let at = Date.UTC(2026, 0, 1, 0, 30); at < Date.UTC(2027, 0, 1); at += 53 * 3_600_000)
    for (const zone of ['Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns'])
      expect(localOf(momentOf(localOf(at, zone), zone)!, zone)).toBe(localOf(at, zone))
})
