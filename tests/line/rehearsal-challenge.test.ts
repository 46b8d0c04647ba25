import { afterAll, beforeAll, expect, test } from 'vitest'
import { rehearse } from '../../ops/rehearsal/rehearse.ts'
import { select } from '../../platform/mysql.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'
import { optionsOf, shadowsOf, storesOf } from './rehearse-with.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(borrowStack())
})
afterAll(() => shop?.close())

test.each(['quiz', 'pow', 'captcha'] as const)(
  'a sale with %s: nobody gets in without a pass',
  async (challenge) => {
    const id = await shop.sell({ stock: 500, challenge, release: { batch: 1, everyMs: 100 } })
    await shop.mysql.query('INSERT INTO quiz_questions (sale_id, question, answers) VALUES (?, ?, ?)', [
      ...[id, 'Which colour has our umbrella?', JSON.stringify(['red'])],
    ])
    const report = await rehearse(storesOf(shop), id, optionsOf(shop, { buyers: 10 }))
    const told = report.checks.find(({ name }) => name === 'challenge')
    expect(told).toEqual({
      ...{ name: 'challenge', verdict: 'ok' },
      says: `${challenge}: 4 buyers were sent away without a pass, answered, and got their places`,
    })
    const untried = report.checks.find(({ name }) => name === 'not tried')!.says
    expect(untried.includes('captchas')).toBe(challenge === 'captcha')
    expect(await shadowsOf(shop, id)).toEqual([])
    const own = await select(shop.mysql, 'SELECT 1 FROM quiz_questions WHERE sale_id = ?', [id])
    expect(own).toHaveLength(1)
  },
)
