import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordAction } from '../../ops/actions/record-action.ts'
import { select } from '../../platform/mysql.ts'
import { type LentConsole, lendConsole, type Send } from './lend-console.ts'

let lent: LentConsole
let vera: Send
beforeAll(async () => {
  lent = await lendConsole()
  vera = await lent.signIn('vera')
})
afterAll(() => lent?.stop())

test('the record can not be changed or removed, not even in the database', async () => {
  const rows = () => select(lent.mysql, 'SELECT * FROM actions ORDER BY id')
  const before = await rows()
  expect(before.length).toBeGreaterThan(0)
  for (const statement of ["UPDATE actions SET who = 'somebody else'", 'DELETE FROM actions'])
    await expect(lent.mysql.query(statement)).rejects.toThrow('only ever added')
  expect(await rows()).toEqual(before)
})

test('in pages, the newest first; for one sale; for one person', async () => {
  for (let n = 1; n <= 120; n++)
    await recordAction(lent.mysql, { who: 'carla', action: 'test.step', sale: 1 + (n % 2), after: { n } })
  const read = async (query: string) => {
    const found: number[] = []
    for (let before = ''; ; ) {
      const { json } = await vera('GET', `/api/actions?${query}${before && `&before=${before}`}`)
      found.push(...json.actions.map(({ after }: { after: { n: number } }) => after.n))
      if (json.next === undefined) return found
      before = json.next
    }
  }
  const all = Array.from({ length: 120 }, (_, n) => 120 - n)
  expect(await read('who=carla')).toEqual(all)
  expect(await read('who=carla&sale=2')).toEqual(all.filter((n) => n % 2 === 1))
})

test.each(['sale=x', 'sale=0', 'before=-1', 'before=1e9'])('?%s is refused by field', async (query) => {
  expect((await vera('GET', `/api/actions?${query}`)).json).toMatchObject({
    ...{ status: 400, fields: [{ field: query.split('=')[0] }] },
  })
})

test('what others chose the length of does not keep an action from being recorded', async () => {
  await recordAction(lent.mysql, {
    ...{ who: '界'.repeat(300), action: 'test.long', target: 'x'.repeat(500), reason: '=1'.repeat(600) },
    ...{ requestId: 'ü\n', address: 'a'.repeat(200), before: { title: '<b>' } },
  })
  const { actions } = (await vera('GET', '/api/actions')).json
  expect(actions[0]).toMatchObject({ action: 'test.long', requestId: '??', before: { title: '<b>' } })
})
