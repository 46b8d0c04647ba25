import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, click, eventually, pause } from '../door/call.ts'
import { type AttackedShop, openAttackedShop } from './attacked-shop.ts'

// When more ask than there are places, a keyed hash says who may come now. Nothing that a buyer turns changes it.

let shop: AttackedShop
beforeAll(async () => {
  shop = await openAttackedShop({ stock: 100 })
  const { code, stderr } = await shop.sluice('switch', 'share', '0.3', '--sale', String(shop.sale))
  expect([code, stderr]).toEqual([0, ''])
})
afterAll(async () => {
  await shop?.sluice('switch', 'share', 'auto', '--sale', String(shop.sale))
  await shop?.close()
})

const BUYERS = Array.from({ length: 40 }, (_, i) => `refresher-${i}`)

/** One buyer tries in every way he can think of, one after the other. */
async function insist(buyer: string): Promise<Answer[]> {
  const path = `/api/sales/${shop.sale}/orders`
  const json = { 'content-type': 'application/json' }
  const cookie = (ttlS: number) => ({ ...json, cookie: `flash_token=${shop.token(buyer, ttlS)}` })
  const tries: [string, Record<string, string>, string][] = [
    [path, shop.as(buyer), '{}'],
    [path, shop.as(buyer), '{}'],
    [`${path}?try=2`, cookie(100), '{"quantity":1}'],
    [path, { ...cookie(200), 'x-user-id': `x${buyer}`, 'x-forwarded-for': '9.9.9.9' }, '{"pass":"x"}'],
    [
      path.replace('/api', '//api'),
      { ...shop.as(buyer), 'x-request-id': 'other', 'user-agent': 'other' },
      '{}',
    ],
  ]
  const answers: Answer[] = []
  for (const [i, [address, headers, body]] of tries.entries()) {
    // Past the buyer's own limit, so that the share itself is asked again.
    if (i === 2) await pause(2_100)
    answers.push(await shop.send('POST', address, headers, body))
  }
  return answers
}

test('whoever is told to wait is told so again, however he asks; the others have a place', async () => {
  await eventually(
    async () =>
      (await click(shop.door, shop.sale, shop.token(`probe-${Math.random()}`))).json.code === 'busy',
    20_000,
  )
  await shop.books()
  const before = (await shop.orders(shop.sale)).map(({ buyer }) => buyer)
  const told = await Promise.all(BUYERS.map(insist))
  const kept: string[] = []
  for (const [i, [first, ...more]] of told.entries()) {
    const turned = `${BUYERS[i]}: ${[first, ...more].map((one) => `${one!.status} ${one!.json.code}`).join(', ')}`
    if (first!.status === 202) {
      kept.push(BUYERS[i]!)
      for (const { status } of more) expect([200, 429], turned).toContain(status)
    } else {
      expect([first!.status, first!.json.code], turned).toEqual([503, 'busy'])
      for (const { status } of more) expect([429, 503], turned).toContain(status)
    }
  }
  expect(kept.length).toBeGreaterThan(0)
  expect(kept.length).toBeLessThan(BUYERS.length)
  await shop.books()
  const buyers = (await shop.orders(shop.sale)).map(({ buyer }) => buyer)
  expect(buyers.filter((buyer) => !before.includes(buyer)).sort()).toEqual(kept.sort())
})
