import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stack } from '../../stack/stack.ts'
import { call, eventually, pause } from '../door/call.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'

// Buyers count as absent here after 5 s, so that a busy machine makes nobody absent; the stack is our own. Polls go
// through the door.
const ABSENT_MS = 5_000
const FAR_POLL_MS = 1_000
/** By then whoever is near the head and has not asked is absent. */
const BY_THEN_MS = 1.25 * ABSENT_MS + 1.1 * FAR_POLL_MS + 1_000

let stack: Stack
let shop: Shop
beforeAll(async () => {
  const settings = {
    SLUICE_ABSENT_MS: String(ABSENT_MS),
    SLUICE_FAR_POLL_MS: String(FAR_POLL_MS),
    SLUICE_GRACE_MS: '8000',
  }
  stack = await lendStack({ gateways: 2, workers: 1, env: { gateway: settings } })
  shop = await openShop(stack)
})
afterAll(async () => {
  await shop?.close()
  await stack?.stop()
})

const send = (buyer: string, method: string, path: string, body?: string) =>
  call(stack.ports.flash, method, path, {
    headers: { authorization: `Bearer ${shop.token(buyer)}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  })

test('places of buyers who stopped asking are passed over, given back, and in the end left', async () => {
  const sale = await shop.sell({ stock: 1, standby: 10 })
  const tickets: Record<string, string> = {}
  for (const buyer of ['ann', 'bob', 'cid', 'dan', 'eve']) {
    const answer = await send(buyer, 'POST', `/api/sales/${sale}/orders`, '{}')
    expect(answer.status).toBe(202)
    tickets[buyer] = answer.json.ticket
  }
  const poll = async (buyer: string) => (await send(buyer, 'GET', `/api/tickets/${tickets[buyer]}`)).json
  const buys = (buyer: string, ...others: string[]) =>
    eventually(async () => {
      for (const other of others) await poll(other)
      await pause(150)
      return (await poll(buyer)).state === 'awaiting_payment'
    })
  const cancel = async (buyer: string) => {
    const { order } = await poll(buyer)
    expect((await send(buyer, 'DELETE', `/api/orders/${order}`)).status).toBe(204)
  }
  const pollFor = async (ms: number, ...buyers: string[]) => {
    for (const until = Date.now() + ms; Date.now() < until; await pause(150))
      for (const buyer of buyers) {
        const { state, pollAfterMs } = await poll(buyer)
        expect(state).toBe('waiting')
        // Whoever asks as told is not absent.
        expect(pollAfterMs).toBeLessThan(ABSENT_MS)
      }
  }
  await buys('ann')
  await pollFor(BY_THEN_MS, 'cid', 'eve')

  // bob sleeps: the unit that comes back is for cid.
  await cancel('ann')
  await buys('cid', 'eve')
  // And wakes up: the next one is his.
  expect(await poll('bob')).toMatchObject({ state: 'waiting', position: 1 })
  expect((await shop.audit(sale)).audit).toMatchObject({ ok: true, tickets: 5, waiting: 3 })
  await cancel('cid')
  await buys('bob', 'eve', 'dan')

  // dan does not come back in time.
  await pollFor(BY_THEN_MS, 'eve')
  await cancel('bob')
  await buys('eve')
  await eventually(async () => (await shop.refusals(sale)).length === 1)
  expect(await shop.refusals(sale)).toMatchObject([{ buyer: 'dan', state: 'left' }])
  expect((await poll('dan')).state).toBe('left')
  expect((await shop.audit(sale)).audit).toMatchObject({ ok: true, tickets: 5, waiting: 0, inFlight: 0 })
})
