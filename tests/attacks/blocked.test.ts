import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../door/call.ts'
import { type AttackedShop, openAttackedShop } from './attacked-shop.ts'

// An account that was found out: its next sign-in, its other tab and its made-up addresses are the same account.

let shop: AttackedShop
let ticket: string
beforeAll(async () => {
  shop = await openAttackedShop()
  ;({ ticket } = await shop.honest('farmer'))
  expect((await shop.sluice('block', 'farmer', '--reason', 'sells places')).code).toBe(0)
})
afterAll(async () => {
  await shop?.sluice('unblock', 'farmer')
  await shop?.close()
})

test('a blocked account does not come in, however it signs in; who is named nearly the same does', async () => {
  const next = await shop.sell()
  const path = `/api/sales/${next}/orders`
  const click = (headers: Record<string, string>) => shop.send('POST', path, headers, '{}')
  await eventually(async () => (await click(shop.as('farmer'))).json.code === 'blocked')
  const before = await shop.books(next)
  const json = { 'content-type': 'application/json' }
  for (const headers of [
    { ...json, authorization: `Bearer ${shop.token('farmer', 50)}` },
    { ...json, cookie: `flash_token=${shop.token('farmer', 60)}` },
    { ...shop.as('farmer'), 'x-user-id': 'somebody', 'x-forwarded-for': '9.9.9.9' },
  ]) {
    const answer = await click(headers)
    expect([answer.status, answer.json.code]).toEqual([403, 'blocked'])
  }
  expect(await shop.books(next)).toEqual(before)
  for (const name of ['Farmer', 'farmer.', 'farme']) expect((await click(shop.as(name))).status).toBe(202)
})

test('what it has it may still read', async () => {
  const { json } = await shop.send('GET', `/api/tickets/${ticket}`, shop.as('farmer'))
  expect(json.state).toBe('awaiting_payment')
})
