import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ASKED_OF_ANYBODY, tellCalls } from './tell-calls.ts'

test('what is asked of anybody is what the door asks before it knows who clicks', async () => {
  const lua = await readFile(new URL('../../lua/edge/funnel.lua', import.meta.url), 'utf8')
  const [, questions] = /^local JOIN = unroll\(\{([^}]*)\}/m.exec(lua)!
  const inOrder = questions!.match(/\w+/g)!
  expect(inOrder.slice(0, inOrder.indexOf('identity') + 1)).toEqual(ASKED_OF_ANYBODY)
})

test('every click is told once by where it ended, and once by what its buyer heard', () => {
  const told = tellCalls({
    door: {
      ...{ 'click:passed:none': 10, 'click:again:held': 2, 'click:sold_out:sold_out': 30 },
      ...{ 'click:busy:admission': 4, 'click:busy:room': 1, 'click:unavailable:unanswered': 3 },
      ...{ 'poll:waiting:still_waiting': 7, 'poll:passed:none': 5, 'poll:waiting:unanswered': 1 },
      ...{ 'poll:busy:room': 2, 'leave:passed:none': 6, 'challenge:passed:none': 9 },
    },
    gateway: {
      ...{ 'click:202': 4, 'click:200': 1, 'click:line_full': 1, 'click:499': 1 },
      ...{ 'poll:200': 4, 'leave:204': 6, 'challenge:200': 9 },
    },
  })
  expect(told).toEqual({
    steps: { passed: 10, held: 2, sold_out: 30, admission: 4, room: 1 },
    outcomes: { accepted: 4, again: 3, sold_out: 30, busy: 5, unavailable: 3, line_full: 1, gone: 1 },
    polls: { waiting: 7, passed: 5, refused: 2 },
    refused: { 'sold_out:sold_out': 30, 'busy:admission': 4, 'busy:room': 1, 'unavailable:unanswered': 3 },
  })
  const all = (counts: Record<string, number>) => Object.values(counts).reduce((sum, one) => sum + one, 0)
  expect([all(told.steps), all(told.outcomes)]).toEqual([47, 47])
  expect(tellCalls({})).toEqual({ steps: {}, outcomes: {}, polls: {}, refused: {} })
})
