import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rehearse } from '../../ops/rehearsal/rehearse.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { borrowStack } from './borrow-stack.ts'
import { optionsOf, storesOf } from './rehearse-with.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(borrowStack())
})
afterAll(() => shop?.close())

/** Stands where a provider would, and says this of itself. */
async function standIn(
  says: object | undefined,
): Promise<{ url: string; asked: string[]; close: () => void }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(request.url === '/sandbox' && says ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(says ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, asked, close: () => server.close() }
}

test.each([
  ['is no sandbox', undefined, 'the provider is no sandbox'],
  ['is a sandbox, but not the gateways’', { sandbox: true }, 'the sandbox is not where gateway-1, gateway-2'],
])('where the provider %s, nobody opens a payment', async (_, says, why) => {
  const provider = await standIn(says)
  const books = async () => {
    const { SLUICE_PAYMENT_URL } = shop.at.env
    const headers = { authorization: `Bearer ${shop.at.secrets.paymentKey}` }
    const answer = await fetch(`${SLUICE_PAYMENT_URL}/sandbox/books`, { headers })
    return ((await answer.json()) as { payments: unknown[] }).payments.length
  }
  const before = await books()
  const sale = await shop.sell({ stock: 500, release: { batch: 1, everyMs: 100 } })
  try {
    const report = await rehearse(
      storesOf(shop, { payments: provider.url }),
      sale,
      optionsOf(shop, { buyers: 20 }),
    )
    expect(report.crowd).toMatchObject({ orders: 20, paid: 0, unpaid: 4, errors: {} })
    expect(report.checks.find(({ name }) => name === 'not tried')!.says).toContain(`paying, since ${why}`)
    expect(await books()).toBe(before)
    expect(new Set(provider.asked)).toEqual(new Set(['GET /', 'GET /sandbox']))
  } finally {
    provider.close()
  }
})
