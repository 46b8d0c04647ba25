import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Logger } from '../../platform/log.ts'
import { createJoinLog } from './join-log.ts'

test('who joins within a moment stands in one line a sale; nobody is left out at the end', async () => {
  const lines: unknown[] = []
  const joins = createJoinLog({ info: (fields: object) => lines.push(fields) } as unknown as Logger)
  joins.note(1, [{ number: 1, request: 'a' }])
  joins.note(2, [{ number: 1 }])
  joins.note(1, [])
  joins.note(1, [{ number: 2, request: 'b' }])
  expect(lines).toEqual([])
  while (lines.length === 0) await sleep(10)
  expect(lines).toEqual([
    { sale: 1, requests: { 1: 'a', 2: 'b' } },
    { sale: 2, requests: { 1: '' } },
  ])
  joins.note(1, [{ number: 3, request: 'c' }])
  joins.flush()
  joins.flush()
  expect(lines.slice(2)).toEqual([{ sale: 1, requests: { 3: 'c' } }])
})
